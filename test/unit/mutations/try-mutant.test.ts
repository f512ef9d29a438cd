import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { placesOf } from '../../mutations/places.ts'
import { tryMutant } from '../../mutations/try-mutant.ts'
import { parseSourceFile } from '../../support/source-files.ts'

const TEXT = 'const isLess = (a, b) => a < b'

test('`tryMutant` counts a mutant as caught if vitest ends without a report, and restores the file', async () => {
  const tree = mkdtempSync(join(tmpdir(), 'daily-papers-mutant-'))
  onTestFinished(() => rmSync(tree, { recursive: true }))
  for (const folder of ['.data', 'src']) mkdirSync(join(tree, folder))
  writeFileSync(join(tree, 'src/a.ts'), TEXT)
  const [place] = placesOf('src/a.ts', parseSourceFile('a.ts', TEXT))
  // This tree has no configuration of vitest, so vitest ends at once.
  const trial = await tryMutant(
    tree,
    place!.mutants[0]!,
    [{ path: 'test/unit/a.test.ts', seconds: 1, failed: [] }],
    { postgres: '', bail: true, workers: 1, slow: false, signal: new AbortController().signal },
  )
  expect(trial).toMatchObject({ outcome: 'caught', red: ['vitest ended without a report'] })
  expect(readFileSync(join(tree, 'src/a.ts'), 'utf8')).toBe(TEXT)
})
