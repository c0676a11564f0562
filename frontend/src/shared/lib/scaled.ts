/** Decimal numbers kept as integers scaled by a power of ten, for input fields. */

/** "12.5" with 4 places → 125000. Null for empty, undefined for no number, too many decimals, or too large. */
export function parseScaled(text: string, places: number): number | null | undefined {
  const plain = text.normalize('NFKC').replace(/[\s,%]/g, '');
  if (plain === '') {
    return null;
  }
  const match = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(plain);
  const fraction = (match?.[3] ?? '').replace(/0+$/, '');
  if (!match || fraction.length > places) {
    return undefined;
  }
  const value = Number((match[2] ?? '') + fraction.padEnd(places, '0'));
  if (!Number.isSafeInteger(value)) {
    return undefined;
  }
  return match[1] === '-' && value !== 0 ? -value : value;
}

/** 125000 with 4 places → "12.5". */
export function formatScaled(value: number | null, places: number): string {
  if (value === null) {
    return '';
  }
  const digits = String(Math.abs(value)).padStart(places + 1, '0');
  const whole = places > 0 ? digits.slice(0, -places) : digits;
  const fraction = places > 0 ? digits.slice(-places).replace(/0+$/, '') : '';
  return `${value < 0 ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`;
}
