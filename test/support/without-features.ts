import { execFileSync } from 'node:child_process'
import {
  cpSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')
const INDEX = 'src/features/index.ts'
/** Not part of the repository. */
const NOT_COPIED = ['.git', '.node', '.data', '.env', 'keys', 'coverage', 'node_modules', 'src/generated']

/** The names of the features, in order of the alphabet. */
export const FEATURE_FOLDERS = readdirSync(join(ROOT, 'src/features'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted()

/** Copies this repository into a temporary folder, without some features: their folders, tests and lines. */
export function copyWithout(names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'daily-papers-without-'))
  cpSync(ROOT, folder, {
    recursive: true,
    filter: (path) => !NOT_COPIED.includes(relative(ROOT, path)),
  })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const path of names.flatMap((name) => partsOf(name, folder)))
    rmSync(join(folder, path), { recursive: true })
  for (const path of [INDEX, ...globSync('src/i18n/en{.ts,/*.ts}', { cwd: folder })]) {
    const file = join(folder, path)
    writeFileSync(file, names.reduce(withoutLines, readFileSync(file, 'utf8')))
  }
  // A release packs what git knows.
  execFileSync('git', ['init', '--quiet'], { cwd: folder })
  return folder
}

/** Its folder, its tables and its tests, as far as it has them. */
const partsOf = (name: string, cwd: string): string[] =>
  globSync([`src/features/${name}`, `prisma/features/${name}.prisma`, `test/*/features/${name}`], { cwd })

/** Without the import and the name of a feature, and without its words: those of its name in camel case, and of its errors. */
function withoutLines(text: string, name: string): string {
  const identifier = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  return text
    .replace(`import { ${identifier} } from './${name}/index.ts'\n`, '')
    .replace(new RegExp(`(FEATURES: [^=]*= \\[[^\\]]*?)\\b${identifier}\\b,?\\s*`), '$1')
    .replace(new RegExp(`^  ${identifier}: \\{\\n[\\s\\S]*?^  \\},\\n`, 'm'), '')
    .replace(new RegExp(`^ +'${name}\\.[\\w-]+':\\s+'.*',\\n`, 'gm'), '')
}

export const removeCopy = (folder: string): void => rmSync(folder, { recursive: true, force: true })
