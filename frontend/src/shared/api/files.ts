/** Files of records, and those that stand in their fields: uploaded for a field first, taken by the record that is saved with
 * their ids. */
import { saveFile } from '@/shared/lib/async';
import { send, sendRaw } from './client';
import type { Answer } from './types';

type FieldFile = Readonly<Answer<'/attachments', 'post'>>;

export function uploadForField(object: string, field: string, file: File): Promise<FieldFile> {
  return send('POST', '/attachments', { query: { object, field, name: file.name }, body: file });
}
export async function readFile(id: number): Promise<Blob> {
  return (await sendRaw('GET', `/attachments/${id}/file`, { query: { inline: 1 } })).blob();
}
/** Saves it where the browser saves files. */
export async function downloadFile(id: number, name: string): Promise<void> {
  saveFile(await readFile(id), name);
}
