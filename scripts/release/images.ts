import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { ARCHITECTURES } from './commands.ts'
import { builtImages, withOtherPostgres, withoutBuild } from './compose-file.ts'
import { imagesIn, pinImages } from './pins.ts'
import type { Published } from './published.ts'
import { docker, outputOf, ROOT } from './run.ts'
import type { Built, Release } from './step.ts'
import { tryArchive, tryEmulated } from './try-image.ts'

/** What the Dockerfile starts from. */
const NODE = 'node:24-trixie-slim'
const DEBIAN = 'debian:trixie-slim'
/** Built by running Debian's apt, which can hang where it is emulated; an operator of the other processor builds them there. */
const ONLY_OWN = ['pgbouncer', 'relay']
const MAX_IMAGE_BYTES = 250_000_000

/** A stage of the Dockerfile, and the name of its image. */
type Target = [target: string, tag: string]

const succeeds = (...args: string[]): Promise<boolean> =>
  docker(...args).then(
    () => true,
    () => false,
  )

/** Of the Docker engine. Throws if none replies. */
async function architectureOfEngine(): Promise<string> {
  try {
    return (await docker('version', '--format', '{{.Server.Arch}}')).trim()
  } catch (error) {
    const fix = 'Start one with `npm run engine`, and set DOCKER_HOST as its last line says.'
    throw new Error(`The images need a Docker engine, and none replies. ${fix}`, { cause: error })
  }
}

/** Loads an archive with these images in an empty place and uses it. Returns what came of it; throws what did not work. */
type ArchiveTrial = (
  archive: string,
  images: string[],
  more: { compose: string; architecture: string },
) => Promise<string>

/**
 * Writes an archive for each processor, with the images that docker-compose.yml builds, as `docker load` takes it; and a
 * docker-compose.yml that needs nothing of the repository. Tries each. Throws what did not work; an archive for a processor
 * that this machine can neither be nor emulate is left out, with the reason in `tried`.
 */
export async function buildImages(
  { version, published, out }: Release,
  tries: { own: ArchiveTrial; emulated: ArchiveTrial } = { own: tryArchive, emulated: tryEmulated },
): Promise<Built[]> {
  const image = `${published.image || 'daily-papers'}:${version}`
  const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')
  mkdirSync(out, { recursive: true })
  const compose = join(out, 'docker-compose.yml')
  writeFileSync(compose, withOtherPostgres(pinImages(withoutBuild(text, image), published)))
  writeFileSync(join(out, '.env.example'), readFileSync(join(ROOT, '.env.example')))
  const targets = Object.entries(builtImages(text)).map(
    ([target, suffix]): Target => [target, image + suffix],
  )

  const own = await architectureOfEngine()
  const labelled = await labels(version, published)
  const built: Built[] = []
  for (const architecture of ARCHITECTURES) {
    const file = join(out, `daily-papers-${version}-${architecture}.tar.gz`)
    rmSync(file, { force: true })
    const bases = await basesFor(architecture, own, published)
    if (typeof bases === 'string') {
      built.push({ artefact: basename(file), bytes: 0, tried: `not built: ${bases}` })
      continue
    }
    const here = targets.filter(([target]) => architecture === own || !ONLY_OWN.includes(target))
    const others = architecture === own ? await pulled(imagesIn(text), published) : []
    const options = ['--platform', `linux/${architecture}`, ...bases, ...labelled]
    const size = await writeArchive(file, here, { options, others })
    const tryIt = architecture === own ? tries.own : tries.emulated
    const tags = here.map(([, tag]) => tag)
    const tried = await tryIt(file, tags, { compose, architecture })
    const unpacked = `${Math.round(size / 1e6)} MB unpacked`
    built.push({ artefact: basename(file), bytes: statSync(file).size, tried: `${unpacked}; ${tried}` })
  }
  return built
}

/** The options of the build that name the base images, or why it is not possible. */
async function basesFor(architecture: string, own: string, published: Published): Promise<string[] | string> {
  const pinned = (name: string) => withDigest(name, published)
  const named = (argument: string, name: string) => ['--build-arg', `${argument}=${name}`]
  const bases = named('NODE', pinned(NODE))
  if (architecture === own) return [...bases, ...named('DEBIAN', pinned(DEBIAN))]
  // What .ci/engine/engine.sh makes where no registry can be reached has one processor by each name.
  const standIn = `${NODE}-${architecture}`
  const hasStandIns = await succeeds('image', 'inspect', standIn)
  const platform = ['--platform', `linux/${architecture}`]
  if (!(await succeeds('run', '--rm', ...platform, hasStandIns ? standIn : pinned(NODE), 'true')))
    return `this engine starts no program for ${architecture}; see docs/restricted-builds.md`
  if (!hasStandIns) return [...bases, ...named('DEBIAN', pinned(DEBIAN))]
  return [...bases, ...named('TARGET_NODE', standIn), ...named('DEBIAN', `${DEBIAN}-${architecture}`)]
}

/** The images that the compose file names and does not build, under their tags, once each. */
async function pulled(images: string[], published: Published): Promise<string[]> {
  const tags = [...new Set(images)]
  for (const tag of tags) {
    const pinned = withDigest(tag, published)
    if (!(await succeeds('image', 'inspect', pinned))) await docker('pull', pinned)
    if (pinned !== tag) await docker('tag', pinned, tag)
  }
  return tags
}

const withDigest = (image: string, published: Published): string =>
  pinImages(`FROM ${image}`, published).replace('FROM ', '')

/** What the Dockerfile cannot know. */
async function labels(version: string, { repository }: Published): Promise<string[]> {
  // None in a copy without the history.
  const revision = (await outputOf('git', ['rev-parse', 'HEAD']).catch(() => '')).trim()
  const values = { version, ...(revision && { revision }), ...(repository && { source: repository }) }
  return Object.entries(values).flatMap(([name, value]) => [
    '--label',
    `org.opencontainers.image.${name}=${value}`,
  ])
}

interface ArchiveOptions {
  /** Of the build. */
  options: string[]
  /** Further images of this engine. */
  others: string[]
}

/** Builds the images and saves them and `others`, compressed, in one file. Returns the size of the largest that is built. */
async function writeArchive(
  file: string,
  targets: Target[],
  { options, others }: ArchiveOptions,
): Promise<number> {
  const tags = targets.map(([, tag]) => tag)
  for (const [target, tag] of targets) {
    await docker('buildx', 'build', '--target', target, '--tag', tag, ...options, ROOT)
  }
  const sizes = (await docker('image', 'inspect', '--format', '{{.Size}}', ...tags)).trim().split('\n')
  const size = Math.max(...sizes.map(Number))
  if (size > MAX_IMAGE_BYTES) throw new Error(`an image of ${basename(file)} has ${size} bytes, not 250 MB`)
  const plain = file.replace(/\.gz$/, '')
  await docker('save', '--output', plain, ...tags, ...others)
  await docker('image', 'rm', ...tags)
  await pipeline(createReadStream(plain), createGzip(), createWriteStream(file))
  rmSync(plain)
  return size
}
