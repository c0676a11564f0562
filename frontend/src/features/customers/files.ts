/** Uploading of several files, one after the other. */
import { showProblem } from '@/shared/ui/feedback/toast';
import { uploadFile, type Owner } from './api';

/** Sends the files; those that were refused are told and given back. */
export async function uploadAll(owner: Owner, files: readonly File[]): Promise<readonly File[]> {
  const refused: File[] = [];
  for (const file of files) {
    await uploadFile(owner, file).catch((failure: unknown) => {
      refused.push(file);
      showProblem(failure);
    });
  }
  return refused;
}
