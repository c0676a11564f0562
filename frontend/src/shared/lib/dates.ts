/** Business dates ("2026-03-31", in the company's zone) and instants (RFC 3339, UTC). A business date is a text and is
 * never turned into a local time; arithmetic runs in UTC where each day has 24 hours. */

const DAY_MS = 86_400_000;

function utcOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

function dateOf(utc: number): string {
  return new Date(utc).toISOString().slice(0, 10);
}

export function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(utcOf(text)) && dateOf(utcOf(text)) === text;
}

export function addDays(date: string, days: number): string {
  return dateOf(utcOf(date) + days * DAY_MS);
}

/** The same day `months` later, or the last day of that month where it is shorter: 2026-01-31 + 1 → 2026-02-28. */
export function addMonths(date: string, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const index = year * 12 + month - 1 + months;
  const last = new Date(Date.UTC(Math.floor(index / 12), (index % 12) + 1, 0)).getUTCDate();
  return dateOf(Date.UTC(Math.floor(index / 12), index % 12, Math.min(day, last)));
}

/** Days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((utcOf(to) - utcOf(from)) / DAY_MS);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}|${zone}|${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
    formats.set(key, format);
  }
  return format;
}

const WALL: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
};

/** Zones whose clocks have not been changed since, in minutes ahead of UTC: a sum does for them, while the first date
 * that a browser is asked to write takes a phone a tenth of a second. */
const STEADY_MINUTES: Readonly<Record<string, number>> = {
  UTC: 0,
  'Asia/Shanghai': 480,
  'Asia/Hong_Kong': 480,
  'Asia/Taipei': 480,
  'Asia/Singapore': 480,
  'Asia/Tokyo': 540,
};
const STEADY_SINCE = Date.UTC(1992, 0, 1);

function steadyWall(instant: string | number | Date, zone: string): string | null {
  const minutes = Object.hasOwn(STEADY_MINUTES, zone) ? STEADY_MINUTES[zone] : undefined;
  const at = new Date(instant).getTime();
  return minutes === undefined || !(at >= STEADY_SINCE)
    ? null
    : new Date(at + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
}

/** The wall clock of a zone at an instant: "2026-03-31 09:05:00". */
export function wallOf(instant: string | number | Date, zone: string): string {
  return steadyWall(instant, zone) ?? writtenWall(instant, zone);
}

/** The same as the browser writes it, whatever the zone. */
export function writtenWall(instant: string | number | Date, zone: string): string {
  const parts: Record<string, string> = {};
  for (const part of formatFor('en-GB', zone, WALL).formatToParts(new Date(instant))) {
    parts[part.type] = part.value;
  }
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`;
}

/** The instant at which the zone's clock shows `wall` ("2026-03-31 09:05" or with seconds). Where a clock change
 * skips that time the instant after the gap is taken. */
export function instantOf(wall: string, zone: string): string {
  const asUtc = Date.parse(`${wall.replace(' ', 'T')}${wall.length === 16 ? ':00' : ''}Z`);
  let guess = asUtc;
  for (let round = 0; round < 2; round += 1) {
    guess += asUtc - Date.parse(`${wallOf(guess, zone).replace(' ', 'T')}Z`);
  }
  return new Date(guess).toISOString();
}

/** The business date of an instant. */
export function dateOfInstant(instant: string | number | Date, zone: string): string {
  return wallOf(instant, zone).slice(0, 10);
}

/** By ourselves: the first format that a browser is asked for costs more than a page of dates. */
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const SHORT = 3; // letters

/** A business date as read in lists: "2026-03-31" in Chinese, "31 Mar 2026" in English. */
export function formatDate(date: string | null | undefined, locale: string): string {
  if (!date) {
    return '—';
  }
  return locale.startsWith('zh')
    ? date
    : `${Number(date.slice(8, 10))} ${monthNameOf(date, locale)} ${date.slice(0, 4)}`;
}

/** The name of a month, 1…12: "3月", "Mar" or in full "March". */
export function monthName(month: number, locale: string, full = false): string {
  if (locale.startsWith('zh')) {
    return `${month}月`;
  }
  const name = MONTHS[month - 1] ?? '';
  return full ? name : name.slice(0, SHORT);
}

/** The same of a date. */
export function monthNameOf(date: string, locale: string): string {
  return monthName(Number(date.slice(5, 7)), locale);
}

/** The month of a date: "2026-03", "Mar 2026". */
export function formatMonth(date: string, locale: string): string {
  return locale.startsWith('zh') ? date.slice(0, 7) : `${monthNameOf(date, locale)} ${date.slice(0, 4)}`;
}

/** An instant in the company's zone, to the minute. */
export function formatInstant(instant: string | null | undefined, locale: string, zone: string): string {
  if (!instant) {
    return '—';
  }
  const wall = wallOf(instant, zone);
  return `${formatDate(wall.slice(0, 10), locale)} ${wall.slice(11, 16)}`;
}

/** How long ago, in the largest unit that fits: "3 分钟前", "in 2 days". */
export function formatAgo(instant: string, locale: string, now: number): string {
  const seconds = Math.round((Date.parse(instant) - now) / 1000);
  const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
    ['year', 31_536_000],
    ['month', 2_592_000],
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ];
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) {
      return format.format(Math.trunc(seconds / size), unit);
    }
  }
  return format.format(0, 'second');
}
