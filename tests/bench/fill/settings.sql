-- A large company, the same in every run: everything follows from the row numbers through CRC32. Goes into a database
-- that has just been migrated and has its administrator. @scale (1: full size) is set before.
--
-- Ids rise with time from @begin to @until, as in a company that works; records of a customer belong to the customer's
-- owner. Facts and sums come from the same definitions as the program's (docs/formulas.md); `dabiao doctor` compares.
-- Each table is filled by one INSERT while it is empty: with the checks off the engine then sorts instead of searching.
-- A part that is run again begins anew; it deletes because TRUNCATE waits for every table that refers to this one.
--
-- This part is read before each of the others; which of them run at the same time is said in company.mjs.

SET SESSION foreign_key_checks = 0, unique_checks = 0, time_zone = '+00:00';
SET SESSION tmp_table_size = 1 << 30, max_heap_table_size = 1 << 30, sort_buffer_size = 64 << 20;

SET @customers = CAST(1000000 * @scale AS UNSIGNED), @follow_ups = CAST(3000000 * @scale AS UNSIGNED);
SET @opportunities = CAST(500000 * @scale AS UNSIGNED), @contracts = CAST(300000 * @scale AS UNSIGNED);
SET @signed = @contracts * 98 DIV 100, @payments = CAST(1000000 * @scale AS UNSIGNED);
SET @begin = TIMESTAMP('2023-12-01 00:00:00'), @until = TIMESTAMP('2026-11-20 00:00:00');
SET @seconds = TIMESTAMPDIFF(SECOND, @begin, @until);
SET @cities = '北京上海广州深圳杭州南京苏州成都重庆武汉西安郑州长沙合肥青岛济南宁波无锡佛山东莞厦门福州昆明贵阳南宁海口沈阳大连长春太原';
SET @first = '恒信达华中瑞德安泰宏盛源鑫博远通联创智云天海金玉嘉美康健新启明卓越凯捷飞腾龙凤祥和正方圆顺利丰茂兴隆永固';
SET @trades = '科技电子机械贸易医疗建材化工食品物流软件汽车能源环保教育文化餐饮服饰家居光电仪器';
SET @surnames = '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗';
SET @given = '伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文辉';
