/** Small helpers for things that happen later. */

/** Calls `action` once `wait_ms` have passed without another call. */
export function debounce<A extends unknown[]>(action: (...args: A) => void, waitMs: number): (...args: A) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (...args: A) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...args), waitMs);
  };
}

/** Saves data under a file name, as if the person had followed a download link. */
export function saveFile(data: Blob, name: string): void {
  const url = URL.createObjectURL(data);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
