/** Moving fields about in a layout. Pure: every step gives a new one. */
import type { LayoutBody, LayoutField, LayoutSection } from './api';

export const HIDDEN = -1; // the place of fields that forms leave out

export interface Place {
  readonly section: number; // index, or HIDDEN
  readonly index: number;
}

function replaced<T>(list: readonly T[], index: number, item: T): readonly T[] {
  return list.map((old, place) => (place === index ? item : old));
}
function inserted<T>(list: readonly T[], index: number, item: T): readonly T[] {
  const at = Math.max(0, Math.min(list.length, index));
  return [...list.slice(0, at), item, ...list.slice(at)];
}

export function placeOf(layout: LayoutBody, name: string): Place | null {
  const section = layout.sections.findIndex((one) => one.fields.some((field) => field.name === name));
  if (section >= 0) {
    return { section, index: layout.sections[section]!.fields.findIndex((field) => field.name === name) };
  }
  const index = layout.hidden.indexOf(name);
  return index >= 0 ? { section: HIDDEN, index } : null;
}

function withoutField(layout: LayoutBody, name: string): LayoutBody {
  return {
    sections: layout.sections.map((section) => ({
      ...section,
      fields: section.fields.filter((field) => field.name !== name),
    })),
    hidden: layout.hidden.filter((other) => other !== name),
  };
}

function fieldOf(layout: LayoutBody, name: string): LayoutField {
  return (
    layout.sections.flatMap((section) => section.fields).find((field) => field.name === name) ?? { name, width: 1 }
  );
}

/** Puts a field to a place; `index` counts without the field itself. */
export function moveField(layout: LayoutBody, name: string, to: Place): LayoutBody {
  const field = fieldOf(layout, name);
  const rest = withoutField(layout, name);
  const section = rest.sections[to.section];
  if (to.section === HIDDEN || !section) {
    return { ...rest, hidden: inserted(rest.hidden, to.index, name) };
  }
  const fields = inserted(section.fields, to.index, field);
  return { ...rest, sections: replaced(rest.sections, to.section, { ...section, fields }) };
}

/** One step by the keyboard: up and down within a section and on into the next one. */
export function stepField(layout: LayoutBody, name: string, by: -1 | 1): LayoutBody {
  const from = placeOf(layout, name);
  if (!from || from.section === HIDDEN) {
    return layout;
  }
  const length = layout.sections[from.section]!.fields.length;
  const index = from.index + by;
  if (index >= 0 && index < length) {
    return moveField(layout, name, { section: from.section, index });
  }
  const section = from.section + by;
  const next = layout.sections[section];
  return next ? moveField(layout, name, { section, index: by > 0 ? 0 : next.fields.length }) : layout;
}

export function changeSection(layout: LayoutBody, index: number, change: Partial<LayoutSection>): LayoutBody {
  const section = layout.sections[index];
  return section ? { ...layout, sections: replaced(layout.sections, index, { ...section, ...change }) } : layout;
}

export function addSection(layout: LayoutBody, titles: { title_zh: string; title_en: string }): LayoutBody {
  return { ...layout, sections: [...layout.sections, { ...titles, columns: 2, fields: [] }] };
}

/** The fields of a section that goes stand at the end of the one before it (or after it). */
export function removeSection(layout: LayoutBody, index: number): LayoutBody {
  const gone = layout.sections[index];
  const heir = index > 0 ? index - 1 : 1;
  const to = layout.sections[heir];
  if (!gone || !to) {
    return layout;
  }
  const sections = replaced(layout.sections, heir, { ...to, fields: [...to.fields, ...gone.fields] });
  return { ...layout, sections: sections.filter((_, place) => place !== index) };
}

export function moveSection(layout: LayoutBody, index: number, by: -1 | 1): LayoutBody {
  const section = layout.sections[index];
  const to = index + by;
  if (!section || to < 0 || to >= layout.sections.length) {
    return layout;
  }
  return {
    ...layout,
    sections: inserted(
      layout.sections.filter((_, place) => place !== index),
      to,
      section,
    ),
  };
}

export function setWidth(layout: LayoutBody, name: string, width: number): LayoutBody {
  return {
    ...layout,
    sections: layout.sections.map((section) => ({
      ...section,
      fields: section.fields.map((field) => (field.name === name ? { ...field, width } : field)),
    })),
  };
}

/** With each of `names` placed once: what is new stands at the end, what is gone is left out. */
export function completed(layout: LayoutBody, names: readonly string[]): LayoutBody {
  const known = new Set(names);
  const sections = layout.sections.map((section) => ({
    ...section,
    fields: section.fields.filter((field) => known.has(field.name)),
  }));
  const hidden = layout.hidden.filter((name) => known.has(name));
  const placed = new Set([...hidden, ...sections.flatMap((section) => section.fields.map((field) => field.name))]);
  const missing = names.filter((name) => !placed.has(name)).map((name) => ({ name, width: 1 }));
  const last = sections.at(-1);
  return {
    hidden,
    sections:
      missing.length === 0 || !last
        ? sections
        : [...sections.slice(0, -1), { ...last, fields: [...last.fields, ...missing] }],
  };
}
