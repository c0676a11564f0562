/** Numbers, rates and times as people read them. Money has its own file. */
import { decimalText, groupDigits, shortText } from './money';

/** 1234567 → "1,234,567"; null → "—". */
export function formatInteger(value: number | null | undefined): string {
  if (value == null) {
    return '—';
  }
  return value < 0 ? `-${groupDigits(String(-value))}` : groupDigits(String(value));
}

/** A count in short form: 12,345 → "1.23万" or "12.35K". */
export function formatShort(value: number | null | undefined, locale: string): string {
  return value == null ? '—' : shortText(value, 0, locale);
}

/** Parts per million as a percentage with one decimal: 873456 → "87.3%"; null → "—" (a zero target has no completion). */
export function formatPpm(ppm: number | null | undefined, decimals = 1): string {
  return ppm == null ? '—' : `${decimalText(ppm, 4, decimals)}%`;
}

/** Bytes in the unit that fits: 12_400_000 → "11.8 MB". */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
