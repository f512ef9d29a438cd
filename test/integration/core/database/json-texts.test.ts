import { expect, test } from 'vitest'
import { jsonTexts } from '../../../../src/core/database/database.ts'
import { useDatabase } from '../../../support/database.ts'

const database = useDatabase()

test('JSON is read as it was written, with any character and with nulls', async () => {
  const values = [{ text: 'a "b"\\ {c,d} \x1f\x1e\n é 𝛼' }, null, ['null'], undefined, 'null', '']
  const rows = await database.db
    .$queryRaw`select value::jsonb from unnest(${jsonTexts(values)}::text[]) as value`
  expect(rows).toEqual(values.map((value) => ({ value: value ?? null })))
})
