/* Keys under which names and numbers are the same although they are written differently. Pure functions: the same key
 * comes out whatever the way in, so a key can be compared and made unique. */
#ifndef DABIAO_ENGINES_COMPANY_KEY_H
#define DABIAO_ENGINES_COMPANY_KEY_H

#include "platform/str.h"

struct arena;

/* A text without what does not tell two names apart: full width is half width, capitals are small, traditional Han are
 * simplified; blanks, punctuation, brackets and symbols go, what stands in brackets stays. Example: "華為（深圳） Tech"
 * → "华为深圳tech". May be empty. */
struct str text_key(struct arena *arena, struct str text);

/* The key of a company's name: text_key without the legal form at its end, however many of them follow each other:
 * 有限公司, 有限责任公司, 股份有限公司, 股份公司, 股份, 总公司, 公司, 集团, 有限合伙, 普通合伙, 合伙企业; Co., Ltd.,
 * Limited, Inc., Corp., LLC, LLP, PLC, GmbH, AG, KG, SARL, BV, NV, Pty, Pte, Sdn, Bhd, KK, Group and the like. A branch
 * (…分公司) is another body than its company: the word stays, the company's legal form before it goes. A name that is
 * nothing but a legal form keeps it. Examples: "华为技术有限公司" → "华为技术"; "华为技术有限公司北京分公司" →
 * "华为技术北京分公司"; "Acme Co., Ltd." → "acme"; "海尔集团股份有限公司" → "海尔". */
struct str company_key(struct arena *arena, struct str name);

/* The digits under which a number is called, without separators, extension (#…, x…, 转…, a last short group) and the
 * country code of China (86, +86, 0086); a landline called with it gets its 0, a mobile loses a 0 before it. Numbers of
 * other countries keep their code and a + before it. No text when there are fewer than 5 digits. Examples:
 * "+86 138-1234-1234" → "13812341234"; "86 (21) 6234 5678 #803" → "02162345678"; "+1 (415) 555-2671" → "+14155552671".
 */
struct str phone_key(struct arena *arena, struct str phone);
/* The same as digits alone, by which numbers are looked for. */
struct str phone_digits(struct arena *arena, struct str phone);

#endif
