import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { notesOf } from './notes.ts'
import { pinActions, pinImages } from './pins.ts'
import { type Published, unknownIn } from './published.ts'
import { outputOf, ROOT } from './run.ts'

/** The files of the repository that name actions or images, as they are with all pins that are known. */
export function pinnedFiles(published: Published): { path: string; text: string; pinned: string }[] {
  const files = [
    ...globSync('.github/workflows/*.yml', { cwd: ROOT }).map((path) => ({ path, pin: pinActions })),
    ...['Dockerfile', 'docker-compose.yml'].map((path) => ({ path, pin: pinImages })),
  ]
  return files.map(({ path, pin }) => {
    const text = readFileSync(join(ROOT, path), 'utf8')
    return { path, text, pinned: pin(text, published) }
  })
}

/** What keeps this version from being published, a line each. */
export async function missingForRelease(version: string, published: Published): Promise<string[]> {
  const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')
  const unpinned = pinnedFiles(published).filter(({ text, pinned }) => text !== pinned)
  const changed = (await outputOf('git', ['status', '--porcelain'])).trim()
  const tagged = (await outputOf('git', ['tag', '--list', `v${version}`])).trim()
  return [
    ...unknownIn(published).map((name) => `scripts/release/published.json: ${name}`),
    ...unpinned.map(({ path }) => `${path}: not pinned; run npm run release -- --pin`),
    ...(notesOf(version, changelog) ? [] : [`CHANGELOG.md: a section "## ${version}"`]),
    ...(changed ? ['git: there are changes that are not committed'] : []),
    ...(tagged ? [`git: the tag v${version} exists; raise the version in package.json`] : []),
  ]
}
