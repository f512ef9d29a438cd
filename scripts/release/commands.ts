import type { Published } from './published.ts'

/** The processors that images are built for, as Docker names them. */
export const ARCHITECTURES = ['amd64', 'arm64']

/** The file that `npm pack` writes: of @lab/papers, lab-papers-1.0.0.tgz. */
export const tarballOf = (name: string, version: string): string =>
  `${name.replace('@', '').replace('/', '-')}-${version}.tgz`

export interface ReleaseNames extends Pick<Published, 'image' | 'package'> {
  version: string
  /** What follows the name and tag of the image in the name of each that is built, such as "-mailbox". */
  suffixes: readonly string[]
}

/** The commands that publish a version from .release/. */
export function commandsFor({ version, image, package: name, suffixes }: ReleaseNames): string {
  const tags = suffixes.map((suffix) => `${image}:${version}${suffix}`)
  const lines = [
    'npm run release -- --dry-run',
    `git tag v${version} && git push origin v${version}`,
    `npm publish --access public .release/${tarballOf(name, version)}`,
    '# Take each archive from a dry run on its own processor: an emulated one lacks some images.',
    ...ARCHITECTURES.flatMap((architecture) => pushArchive(version, architecture, tags)),
    ...tags.map((tag) => `docker buildx imagetools create --tag ${tag} ${ofEach(tag)}`),
  ]
  return `${lines.join('\n')}\n`
}

const ofEach = (tag: string): string =>
  ARCHITECTURES.map((architecture) => `${tag}-${architecture}`).join(' ')

/** Both archives have the same tags. They are removed, so that an image that the next archive lacks is missed. */
const pushArchive = (version: string, architecture: string, tags: string[]): string[] => [
  `docker load --input .release/daily-papers-${version}-${architecture}.tar.gz`,
  ...tags.map((tag) => `docker tag ${tag} ${tag}-${architecture} && docker push ${tag}-${architecture}`),
  `docker image rm ${tags.join(' ')}`,
]
