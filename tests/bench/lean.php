<?php
// The yardstick of `make bench`: the least a PHP endpoint can do for the same page. One query, all rows, as JSON; the
// connection is kept, nobody signs in, nothing is checked. LEAN_STATEMENTS names a PHP file with the statements by case.
$statements = require $_SERVER['LEAN_STATEMENTS'];
$db = new PDO($_SERVER['LEAN_DSN'], $_SERVER['LEAN_USER'], $_SERVER['LEAN_PASSWORD'],
    [PDO::ATTR_PERSISTENT => true, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
header('Content-Type: application/json');
echo json_encode(['items' => $db->query($statements[$_GET['case']])->fetchAll(PDO::FETCH_ASSOC)], JSON_UNESCAPED_UNICODE);
