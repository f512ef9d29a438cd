import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSourceFiles } from '../support/source-files.ts'
import { insertProbes } from './insert-probes.ts'
import type { Mutant } from './places.ts'
import { runTests, type TestFile, type TestOptions } from './run-tests.ts'

/** The test files that execute the code of each mutant, by its id: in the order in which they are tried. */
export type Recording = Map<string, TestFile[]>

/**
 * Runs the tests once, in a copy of the repository with probes. Test files that fail catch nothing: they are printed and
 * left out.
 */
export async function record(
  tree: string,
  mutants: readonly Mutant[],
  options: Omit<TestOptions, 'bail' | 'isRecording'>,
): Promise<Recording> {
  console.log('The tests run once, to record which of them execute the code of each mutant.')
  const sources = readSourceFiles()
  const probed = mutants.map(({ file, start }) => ({ path: file.slice('src/'.length), position: start }))
  const changed = insertProbes(probed, sources)
  rmSync(join(tree, '.data/reached'), { recursive: true, force: true })
  mkdirSync(join(tree, '.data/reached'), { recursive: true })
  for (const [path, text] of changed) writeFileSync(join(tree, 'src', path), text)
  const files = await runTests(tree, [], { ...options, bail: false, isRecording: true })
  if (!files) throw new Error('vitest wrote no report of the tests without mutants')
  for (const { path, text } of sources) if (changed.has(path)) writeFileSync(join(tree, 'src', path), text)
  for (const { path, failed } of files)
    if (failed.length > 0) console.log(`Left out, because it fails without a mutant: ${path} › ${failed[0]}`)
  const passed = files.filter(({ failed }) => failed.length === 0)
  const reached = new Map(passed.map((file) => [file, reachedBy(tree, file)]))
  const testsOf = (mutant: Mutant, number: number) =>
    inOrder(
      passed.filter((file) => reached.get(file)!.has(number)),
      mutant,
    )
  return new Map(mutants.map((mutant, number) => [mutant.id, testsOf(mutant, number)]))
}

function reachedBy(tree: string, { path }: TestFile): Set<number> {
  const list = join(tree, '.data/reached', encodeURIComponent(path))
  return new Set(existsSync(list) ? readFileSync(list, 'utf8').trim().split('\n').map(Number) : [])
}

export const isUnit = ({ path }: TestFile): boolean => path.startsWith('test/unit/')

/** Unit tests first; among them the one of the same name, then the quickest. The others likewise. */
function inOrder(files: readonly TestFile[], { file }: Mutant): TestFile[] {
  const own = file.replace(/^src/, '').replace(/ts$/, '')
  const rank = (test: TestFile) => (isUnit(test) ? 0 : 2) + (test.path.includes(own) ? 0 : 1)
  return files.toSorted((one, other) => rank(one) - rank(other) || one.seconds - other.seconds)
}
