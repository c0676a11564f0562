/** Files that stand in fields of records: uploaded for a field first, taken by the record that is saved with their ids. */
import { send, sendRaw } from './client';
import type { Answer } from './types';

export type FieldFile = Readonly<Answer<'/attachments', 'post'>>;

export function uploadForField(object: string, field: string, file: File): Promise<FieldFile> {
  return send('POST', '/attachments', { query: { object, field, name: file.name }, body: file });
}
export async function readFile(id: number): Promise<Blob> {
  return (await sendRaw('GET', `/attachments/${id}/file`, { query: { inline: 1 } })).blob();
}
