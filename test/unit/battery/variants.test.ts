import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { listVariants } from '../../battery/variants.ts'

// Not a template literal: its lines would be in the list of this repository.
const TABLES = [
  'const WRONG_OFFERS = {',
  "  'by-day': 1,",
  '}',
  'export const WRONG_SIGN_UPS = {',
  '  bare: 2,',
  '}',
  'const OFFERS = {',
  '  right: 3,',
  '}',
].join('\n')

test('`listVariants` lists rows, files, and the entries of tables whose name begins with WRONG_', () => {
  const folder = mkdtempSync(join(tmpdir(), 'daily-papers-variants-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'test/crash/wrong-parts'), { recursive: true })
  writeFileSync(join(folder, 'test/crash/wrong-parts/part.ts'), '')
  writeFileSync(join(folder, 'test/tables.ts'), TABLES)
  expect(listVariants(folder, ['kill', 'kill-wrong'])).toEqual([
    'entry test/tables.ts WRONG_OFFERS by-day',
    'entry test/tables.ts WRONG_SIGN_UPS bare',
    'file test/crash/wrong-parts/part.ts',
    'row kill-wrong',
  ])
})
