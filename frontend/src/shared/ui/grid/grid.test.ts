import { describe, expect, it } from 'vitest';
import { mount } from '@vue/test-utils';
import { fitLayout, moveKey, useColumns, type GridColumn } from './columns';
import DataGrid from './DataGrid.vue';
import { nextSort, parseSort, stillThere, toggled, withRange } from './selection';

interface Row {
  readonly id: number;
  readonly name: string;
}
const COLUMNS: GridColumn<Row>[] = [
  { key: 'name', label: 'Name', fixed: true, sortable: true, text: (row) => row.name },
  { key: 'a', label: 'A' },
  { key: 'b', label: 'B' },
  { key: 'c', label: 'C', hidden: true },
];

describe('layout', () => {
  it('drops unknown columns and keeps the fixed one first', () => {
    expect(fitLayout(COLUMNS, null).order).toEqual(['name', 'a', 'b']);
    expect(fitLayout(COLUMNS, { order: ['b', 'gone', 'name', 'c'], widths: {} }).order).toEqual(['name', 'b', 'c']);
  });
  it('moves within its bounds', () => {
    expect(moveKey(['name', 'a', 'b'], 'b', -1, 1)).toEqual(['name', 'b', 'a']);
    expect(moveKey(['name', 'a', 'b'], 'a', -5, 1)).toEqual(['name', 'a', 'b']);
    expect(moveKey(['name', 'a', 'b'], 'a', 9, 1)).toEqual(['name', 'b', 'a']);
    expect(moveKey(['name', 'a', 'b'], 'name', 1, 1)).toEqual(['name', 'a', 'b']);
  });
  it('is kept under its key', () => {
    const first = useColumns(
      () => COLUMNS,
      () => 'test',
    );
    first.toggle('c');
    first.resize('a', 9999);
    const second = useColumns(
      () => COLUMNS,
      () => 'test',
    );
    expect(second.shown.value.map((column) => column.key)).toEqual(['name', 'a', 'b', 'c']);
    expect(second.width(COLUMNS[1]!)).toBe(640);
    second.set(null);
    expect(
      useColumns(
        () => COLUMNS,
        () => 'test',
      ).shown.value,
    ).toHaveLength(3);
  });
});

describe('selection and sort', () => {
  it('switches one, adds a range', () => {
    expect(toggled(new Set([1]), 1)).toEqual(new Set());
    expect(withRange(new Set([9]), [1, 2, 3, 4], 3, 1)).toEqual(new Set([9, 2, 3, 4]));
  });
  it('keeps the ticks of rows that are still there', () => {
    const ticks = new Set([1, 2, 3]);
    expect(stillThere(ticks, [3, 4, 1])).toEqual(new Set([1, 3]));
    expect(stillThere(ticks, [4, 3, 2, 1])).toBe(ticks);
  });
  it('goes up, down, back to the default', () => {
    expect(nextSort(null, 'a')).toBe('a');
    expect(nextSort(parseSort('a'), 'a')).toBe('-a');
    expect(nextSort(parseSort('-a'), 'a')).toBeNull();
    expect(nextSort(parseSort('-b'), 'a')).toBe('a');
  });
});

describe('DataGrid', () => {
  const props = {
    rows: [] as Row[],
    label: 'Things',
    columns: useColumns(
      () => COLUMNS,
      () => 'mounted',
    ),
  };

  it('says that it loads, that it is empty, that it failed', async () => {
    const grid = mount(DataGrid<Row>, { props: { ...props, loading: true } });
    expect(grid.find('table').attributes('aria-busy')).toBe('true');
    await grid.setProps({ loading: false });
    expect(grid.text()).toContain('还没有数据');
    await grid.setProps({ failure: new Error('x') });
    await grid.find('button').trigger('click');
    expect(grid.emitted('retry')).toHaveLength(1);
  });
  it('sorts by a click on a head and marks it', async () => {
    const grid = mount(DataGrid<Row>, { props: { ...props, rows: [{ id: 1, name: 'x' }], sort: 'name' } });
    expect(grid.find('th').attributes('aria-sort')).toBe('ascending');
    await grid.find('th button').trigger('click');
    expect(grid.emitted('update:sort')).toEqual([['-name']]);
  });
  it('ticks all rows', async () => {
    const grid = mount(DataGrid<Row>, {
      props: {
        ...props,
        rows: [
          { id: 1, name: 'x' },
          { id: 2, name: 'y' },
        ],
        selectable: true,
      },
    });
    await grid.find('thead input').trigger('change');
    expect(grid.emitted('update:selected')).toEqual([[new Set([1, 2])]]);
  });
});
