import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { buildImages } from '../../../../scripts/release/images.ts'
import { readPublished } from '../../../../scripts/release/published.ts'
import { ROOT } from '../../../../scripts/release/run.ts'

const NODE = 'node:24-trixie-slim'
const DIGEST = `sha256:${'a'.repeat(64)}`

/** Writes down what it is asked, and answers as an engine on amd64 that has these images and emulates or not. */
const engine = ({ log, size, emulates, has }: Record<string, string | number | boolean>) => `#!/bin/sh
echo "$*" >>'${log}'
case "$*" in
  version*) echo amd64 ;;
  'image inspect --format'*) echo ${size} ;;
  'image inspect '*) [ "$3" = '${has}' ] ;;
  'run '*) ${emulates} ;;
  'save '*) echo saved >"$3" ;;
esac
`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'images-'))
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

async function build({ size = 200_000_000, emulates = true, has = '', published = readPublished() } = {}) {
  const log = join(folder, 'log')
  writeFileSync(join(folder, 'docker'), engine({ log, size, emulates, has }))
  chmodSync(join(folder, 'docker'), 0o755)
  const tried = vi.fn(
    async (_archive: string, _images: string[], { architecture }) => `tried ${architecture}`,
  )
  const tries = { own: tried, emulated: tried }
  const built = await buildImages({ version: '1.2.3', published, out: folder }, tries)
  const calls = readFileSync(log, 'utf8').split('\n')
  const callsOf = (command: string) => calls.filter((line) => line.startsWith(command))
  return { built, builds: callsOf('buildx'), callsOf, tried }
}

describe('buildImages', () => {
  test('says how to start a Docker engine if none replies', async () => {
    vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1')
    const release = { version: '1.2.3', published: readPublished(), out: folder }
    await expect(buildImages(release)).rejects.toThrow(/npm run engine/)
  })

  test('tries an archive of all images, and for another processor of those that need no emulated apt', async () => {
    const { built, tried } = await build()
    expect(built.map(({ artefact }) => artefact)).toEqual([
      'daily-papers-1.2.3-amd64.tar.gz',
      'daily-papers-1.2.3-arm64.tar.gz',
    ])
    expect(built.map(({ tried }) => tried)).toEqual([
      '200 MB unpacked; tried amd64',
      '200 MB unpacked; tried arm64',
    ])
    const both = ['daily-papers:1.2.3', 'daily-papers:1.2.3-mailbox']
    const ofSplit = ['daily-papers:1.2.3-pgbouncer', 'daily-papers:1.2.3-relay']
    expect(tried.mock.calls[0]![1].toSorted()).toEqual([...both, ...ofSplit])
    expect(tried.mock.calls[1]![1].toSorted()).toEqual(both)
  })

  test("saves all that the compose file names in the archive for the machine's own processor", async () => {
    const { callsOf } = await build()
    const compose = readFileSync(join(folder, 'docker-compose.yml'), 'utf8')
    const services = Object.values<{ image: string }>(parse(compose, { merge: true }).services)
    const named = services.map(({ image }) => image.replace(/\$\{\w+:-([^}]*)\}/, '$1'))
    const [, , , ...saved] = callsOf('save')[0]!.split(' ')
    expect(saved.toSorted()).toEqual([...new Set(named)].toSorted())
  })

  test('saves Postgres at its digest under its tag, by which the compose file can name it', async () => {
    const published = readPublished()
    published.digests['postgres:17'] = DIGEST
    const { callsOf } = await build({ published })
    expect(callsOf('pull')).toEqual([`pull postgres:17@${DIGEST}`])
    expect(callsOf('tag')).toEqual([`tag postgres:17@${DIGEST} postgres:17`])
    const compose = readFileSync(join(folder, 'docker-compose.yml'), 'utf8')
    expect(compose).toContain(`image: \${POSTGRES_IMAGE:-postgres:17@${DIGEST}}`)
  })

  test('leaves out a processor that the engine cannot emulate', async () => {
    const { built } = await build({ emulates: false })
    expect(built[1]).toMatchObject({ bytes: 0, tried: expect.stringMatching(/^not built: .*arm64/) })
    expect(existsSync(join(folder, 'daily-papers-1.2.3-arm64.tar.gz'))).toBe(false)
  })

  test('refuses an image of more than 250 MB', async () => {
    await expect(build({ size: 250_000_001 })).rejects.toThrow('250000001 bytes')
  })

  test('starts from the digests that are known', async () => {
    const published = readPublished()
    published.digests[NODE] = DIGEST
    const { builds } = await build({ published })
    for (const line of builds) expect(line).toContain(`--build-arg NODE=${NODE}@${DIGEST}`)
  })

  test('takes the stand-ins of another processor', async () => {
    const { builds } = await build({ has: `${NODE}-arm64` })
    expect(builds[0]).not.toContain('TARGET_NODE')
    expect(builds.at(-1)).toMatch(/TARGET_NODE=node:24-trixie-slim-arm64 .*DEBIAN=debian:trixie-slim-arm64/)
  })

  test('labels each image with version and commit, and with the source once it is known', async () => {
    const nowhere = await build({ published: { ...readPublished(), repository: '' } })
    // A copy without the history has no commit.
    const commit = spawnSync('git', ['rev-parse', '--verify', '--quiet', 'HEAD'], {
      cwd: ROOT,
      encoding: 'utf8',
    }).stdout.trim()
    for (const line of nowhere.builds) {
      expect(line).toContain('image.version=1.2.3')
      expect(/image\.revision=(\w+)/.exec(line)?.[1] ?? '').toBe(commit)
      expect(line).not.toContain('image.source')
    }
    const repository = 'https://code.example/lab/daily-papers'
    const { builds } = await build({ published: { ...readPublished(), repository } })
    expect(builds.at(-1)).toContain(`image.source=${repository}`)
  })

  test('writes a compose file that names the released image', async () => {
    await build({ published: { ...readPublished(), image: 'registry.example/lab/daily-papers' } })
    const compose = readFileSync(join(folder, 'docker-compose.yml'), 'utf8')
    expect(compose).toContain('registry.example/lab/daily-papers:1.2.3')
    expect(compose).not.toContain('build:')
  })
})
