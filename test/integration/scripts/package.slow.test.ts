import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { buildTarball } from '../../../scripts/release/package.ts'
import { tryPackage } from '../../../scripts/release/try-package.ts'

const TIMEOUT_MS = 300_000

/** Packages of an empty folder come from the registry, or from npm's cache. */
const whyOffline = (): string | undefined => {
  try {
    execFileSync('npm', ['ping', '--fetch-retries=0', '--fetch-timeout=5000'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'npm reaches no registry'
  }
}

test('the package works in an empty folder: `--help`, and the whole demo', {
  timeout: TIMEOUT_MS,
}, async (context) => {
  const offline = whyOffline()
  context.skip(offline !== undefined, offline)
  const out = mkdtempSync(join(tmpdir(), 'release-'))
  onTestFinished(() => rmSync(out, { recursive: true }))
  const file = await buildTarball(out, { package: '', repository: '', docs: '' })
  const { installed, firstDigest, held } = await tryPackage(file)
  expect([held, firstDigest, installed].toSorted((a, b) => a - b)).toEqual([installed, firstDigest, held])
})
