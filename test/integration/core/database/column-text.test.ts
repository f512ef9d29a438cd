import { expect, test } from 'vitest'
import {
  COLUMN_SEPARATOR,
  columnList,
  columnRows,
  columnText,
  columnValues,
  joinedTexts,
  jsonColumn,
} from '../../../../src/core/database/column-text.ts'
import { useDatabase } from '../../../support/database.ts'

const database = useDatabase()
const queried = (sql: string, ...values: string[]) => database.db.$queryRawUnsafe(sql, ...values)

test('rows come back with their types, nulls and any character that a text may have', async () => {
  const columns = columnList('number int, name text, is_new boolean')
  const names = ['a "b", {c}\\', 'null', null, 'two\nlines\té 𝛼']
  const texts = [columnText([1, 2, undefined, -4]), columnText(names), columnText([true, null, false, null])]
  expect(await queried(`select * from ${columnRows(columns, 2)} as r where $1 = 'x'`, 'x', ...texts)).toEqual(
    [
      { number: 1, name: names[0], is_new: true },
      { number: 2, name: names[1], is_new: null },
      { number: null, name: names[2], is_new: false },
      { number: -4, name: names[3], is_new: null },
    ],
  )
})

test('no values are no rows, and the parts of a column are one', async () => {
  const parts = [columnText(['a', null]), columnText(['']), columnText(['b'])]
  const sql = `select value from ${columnValues('$1')} as value`
  expect(await queried(sql, columnText([]))).toEqual([])
  expect(await queried(sql, joinedTexts(parts))).toEqual(['a', null, '', 'b'].map((value) => ({ value })))
})

test('JSON comes back as it was', async () => {
  const values = [{ text: 'a "b"\\ \x1f\x1e\n' }, null, ['null'], undefined, 'null']
  const sql = `select value::jsonb from unnest(string_to_array($1, $2, 'null')) as value`
  expect(await queried(sql, jsonColumn(values), COLUMN_SEPARATOR)).toEqual(
    values.map((value) => ({ value: value ?? null })),
  )
})
