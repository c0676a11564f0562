/** Writes .br and .gz beside every text asset of the build, for nginx to serve as they are. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const ROOT = new URL('../dist', import.meta.url).pathname;
const TEXT = /\.(js|css|html|svg|json|txt|webmanifest)$/;
const MIN_BYTES = 512;

const names = (await readdir(ROOT, { recursive: true })).filter((name) => TEXT.test(name));
for (const name of names) {
  const path = join(ROOT, name);
  const data = await readFile(path);
  if (data.length >= MIN_BYTES) {
    await writeFile(
      `${path}.br`,
      await promisify(brotliCompress)(data, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length },
      }),
    );
    await writeFile(`${path}.gz`, await promisify(gzip)(data, { level: 9 }));
  }
}
console.log(`compressed ${names.length} files`);
