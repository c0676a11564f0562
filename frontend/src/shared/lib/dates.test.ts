import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  dateOfInstant,
  daysBetween,
  formatDate,
  formatInstant,
  formatMonth,
  instantOf,
  isDate,
  monthName,
  wallOf,
  writtenWall,
} from './dates';

describe('business dates', () => {
  it('knows real days from others', () => {
    expect(isDate('2028-02-29')).toBe(true);
    expect(isDate('2026-02-29')).toBe(false);
    expect(isDate('2026-2-9')).toBe(false);
  });
  it('adds days and months without leaving the calendar', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(addMonths('2026-01-15', -1)).toBe('2025-12-15');
    expect(daysBetween('2026-03-01', '2026-04-01')).toBe(31);
  });
  it('reads as the language writes', () => {
    expect(formatDate('2026-03-31', 'zh-CN')).toBe('2026-03-31');
    expect(formatDate('2026-03-31', 'en')).toBe('31 Mar 2026');
    expect([monthName(9, 'zh-CN'), monthName(9, 'en'), monthName(9, 'en', true)]).toEqual(['9月', 'Sep', 'September']);
    expect(formatDate(null, 'en')).toBe('—');
  });
});

describe('months', () => {
  it('are named with their year', () => {
    expect([formatMonth('2026-03-31', 'zh-CN'), formatMonth('2026-03-01', 'en')]).toEqual(['2026-03', 'Mar 2026']);
  });
});

describe('instants', () => {
  it('belong to the day of the company, not of the browser', () => {
    expect(dateOfInstant('2026-03-31T16:30:00Z', 'Asia/Shanghai')).toBe('2026-04-01');
    expect(dateOfInstant('2026-03-31T16:30:00Z', 'America/New_York')).toBe('2026-03-31');
    expect(formatInstant('2026-03-31T16:30:00Z', 'zh-CN', 'Asia/Shanghai')).toBe('2026-04-01 00:30');
  });
  it.each(['UTC', 'Asia/Shanghai', 'Asia/Hong_Kong', 'Asia/Taipei', 'Asia/Singapore', 'Asia/Tokyo'])(
    'show on the clock of %s what the browser writes, without asking it',
    (zone) => {
      for (let year = 1980; year < 2070; year += 1) {
        for (let month = 0; month < 12; month += 1) {
          const instant = Date.UTC(year, month, 1 + ((year * month) % 28), (year + 7 * month) % 24, 59, 59, 999);
          expect(wallOf(instant, zone)).toBe(writtenWall(instant, zone));
        }
      }
    },
  );
  it.each(['Asia/Shanghai', 'America/New_York', 'Europe/Berlin', 'Asia/Kathmandu'])(
    'go through the clock of %s and back',
    (zone) => {
      for (let hour = 0; hour < 24 * 400; hour += 7) {
        const instant = new Date(Date.UTC(2026, 0, 1, hour)).toISOString();
        const back = instantOf(wallOf(instant, zone), zone);
        // The hour that a clock change repeats has two instants; either is right.
        expect(wallOf(back, zone)).toBe(wallOf(instant, zone));
      }
    },
  );
});
