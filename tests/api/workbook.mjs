// Workbooks as the tests need them: their cells with formulas and stored values, the formulas computed again, and a workbook with
// other amounts written into its cells.
import assert from "node:assert/strict";
import { crc32, inflateRawSync } from "node:zlib";

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;

/** The parts of an archive: name → bytes. */
export function unzip(bytes) {
    const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
    assert.equal(bytes.readUInt32LE(end), END);
    const parts = new Map();
    let at = bytes.readUInt32LE(end + 16);
    for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
        assert.equal(bytes.readUInt32LE(at), ENTRY);
        const [size, nameSize, extra, comment, local] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30),
            bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)];
        const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
        const packed = bytes.subarray(from, from + size);
        parts.set(bytes.toString("utf8", at + 46, at + 46 + nameSize), bytes.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed));
        at += 46 + nameSize + extra + comment;
    }
    return parts;
}

/** An archive of parts, not packed. */
export function zip(parts) {
    const files = [];
    const directory = [];
    let offset = 0;
    for (const [name, bytes] of parts) {
        const title = Buffer.from(name);
        const common = Buffer.alloc(26);
        common.writeUInt16LE(20, 0);
        common.writeUInt32LE(crc32(bytes), 10);
        common.writeUInt32LE(bytes.length, 14);
        common.writeUInt32LE(bytes.length, 18);
        common.writeUInt16LE(title.length, 22);
        const head = (signature) => { const four = Buffer.alloc(4); four.writeUInt32LE(signature); return four; };
        const place = Buffer.alloc(14);
        place.writeUInt32LE(offset, 10);
        files.push(head(LOCAL), common, title, bytes);
        directory.push(head(ENTRY), Buffer.from([20, 0]), common, place, title);
        offset += 30 + title.length + bytes.length;
    }
    const list = Buffer.concat(directory);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(END, 0);
    end.writeUInt16LE(parts.size, 8);
    end.writeUInt16LE(parts.size, 10);
    end.writeUInt32LE(list.length, 12);
    end.writeUInt32LE(offset, 16);
    return Buffer.concat([...files, list, end]);
}

const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&apos;", "'").replaceAll("&amp;", "&");

/** Sheet name → part of the archive. */
function sheetParts(parts) {
    const links = new Map([...String(parts.get("xl/_rels/workbook.xml.rels")).matchAll(/<Relationship Id="([^"]+)"[^>]*Target="([^"]+)"/g)]
        .map(([, id, target]) => [id, `xl/${target}`]));
    return new Map([...String(parts.get("xl/workbook.xml")).matchAll(/<sheet name="([^"]+)"[^>]*r:id="([^"]+)"/g)]
        .map(([, name, id]) => [plain(name), links.get(id)]));
}

/** Sheet name → address → { formula, value }: numbers are numbers, texts are texts. */
export function readWorkbook(bytes) {
    const parts = unzip(bytes);
    const texts = [...String(parts.get("xl/sharedStrings.xml") ?? "").matchAll(/<si>(.*?)<\/si>/gs)].map(([, si]) => plain(si.replace(/<[^>]+>/g, "")));
    const book = {};
    for (const [name, part] of sheetParts(parts)) {
        const cells = {};
        for (const [, head, inside] of String(parts.get(part)).matchAll(/<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
            const type = /t="(\w+)"/.exec(head)?.[1];
            const raw = /<v>(.*?)<\/v>/s.exec(inside ?? "")?.[1] ?? /<t[^>]*>(.*?)<\/t>/s.exec(inside ?? "")?.[1];
            const formula = /<f[^>]*>(.*?)<\/f>/s.exec(inside ?? "")?.[1];
            if (raw !== undefined) {
                const value = type === "s" ? texts[Number(raw)] : type === "str" || type === "inlineStr" ? plain(raw) : Number(raw);
                cells[/r="([A-Z]+\d+)"/.exec(head)[1]] = { value, ...(formula === undefined ? {} : { formula: plain(formula) }) };
            }
        }
        book[name] = cells;
    }
    return book;
}

/** The workbook with other stored numbers or texts: { "Targets": { D3: 12.5 } }. Formulas go from the cells that are changed. */
export function changeWorkbook(bytes, changes) {
    const parts = unzip(bytes);
    for (const [name, part] of sheetParts(parts)) {
        let xml = String(parts.get(part));
        for (const [address, value] of Object.entries(changes[name] ?? {})) {
            const cell = typeof value === "number" ? `<c r="${address}"><v>${value}</v></c>` : `<c r="${address}" t="inlineStr"><is><t>${value}</t></is></c>`;
            const there = new RegExp(`<c r="${address}"[^>]*?(?:/>|>.*?</c>)`, "s");
            assert.match(xml, there, address);
            xml = xml.replace(there, cell);
        }
        parts.set(part, Buffer.from(xml));
    }
    return zip(parts);
}

/** Computes a formula of the workbook: sums of cells and ranges, one on top of another, and =IF(a>0,b/c,"—"). */
function compute(book, sheet, formula) {
    const ratio = /^=?IF\('([^']+)'!(\w+)>0,'([^']+)'!(\w+)\/'([^']+)'!(\w+),"(.*)"\)$/.exec(formula);
    if (ratio) {
        const [, a, at, b, bt, c, ct, otherwise] = ratio;
        return evaluate(book, a, at) > 0 ? evaluate(book, b, bt) / evaluate(book, c, ct) : otherwise;
    }
    return formula.replace(/^=/, "").split("+").reduce((sum, term) => {
        const list = /^SUM\(([^)]*)\)$/.exec(term);
        assert.ok(list, `an unknown formula: ${formula}`);
        return list[1].split(",").reduce((part, one) => part + addresses(one).reduce((s, address) => s + evaluate(book, sheet, address), 0), sum);
    }, 0);
}

function addresses(text) {
    const [, from, first, to = from, last = first] = /^([A-Z]+)?(\d+)(?::([A-Z]+)(\d+))?$/.exec(text);
    const out = [];
    for (let c = (from ?? "A").charCodeAt(0); c <= (to ?? "A").charCodeAt(0); c += 1) {
        for (let r = Number(first); r <= Number(last); r += 1) {
            if (from !== undefined) out.push(String.fromCharCode(c) + r);
        }
    }
    return out;
}

/** What a spreadsheet would show in a cell: 0 where there is nothing. */
export function evaluate(book, sheet, address) {
    const cell = book[sheet][address];
    return cell === undefined ? 0 : cell.formula === undefined ? cell.value : compute(book, sheet, cell.formula);
}
