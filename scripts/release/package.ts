import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { tarballOf } from './commands.ts'
import { packageJson, shrinkwrap } from './package-json.ts'
import type { Published } from './published.ts'
import { filesOfGit, outputOf, ROOT } from './run.ts'

/** What the package has of the files that git knows. */
const PACKED = [
  '.env.example',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'docs',
  'prisma/migrations',
  'scripts/daily-papers.mjs',
  'scripts/demo',
  'scripts/demo.ts',
  'scripts/launch.mjs',
  'scripts/options-or-exit.ts',
  'src',
  'templates',
]
const GENERATED = 'src/generated/**/*.ts'

const TEXT = /\.(ts|mjs|md|eta)$/

/** The name of a file of the package: in an import, `new URL()`, or as a path from the root of the package. */
const NAME_OF_FILE = /(['"])((?:\.{1,2}|src|scripts)\/[^'"\n]*)\.ts\1/g

/** What to type in the package, which has no npm scripts. */
const COMMANDS: [inRepository: RegExp, inPackage: string][] = [
  [/npm run demo \[-- /g, 'npx daily-papers demo ['],
  [/npm run demo( --)?/g, 'npx daily-papers demo'],
  [/npm start( --)?/g, 'npx daily-papers start'],
  [/npm run -s cli --/g, 'npx daily-papers'],
]
/** Not in a line about a checkout. */
const INSTALL = /(?<!\bgit [^\n]*)npm ci( --omit=dev)?/g
/** The package has no tests. */
const TESTS = /^## Test\n[\s\S]*?(?=^## )/m

/**
 * The text of a file of the package. Node strips no types below node_modules, so TypeScript becomes JavaScript: types turn
 * into spaces, so that lines and columns in a stack trace are those of the source, and .ts in names turns into .js. `install`
 * is the command that installs the package.
 */
export function packedText(path: string, text: string, install: string): string {
  const code = path.endsWith('.ts') ? stripTypeScriptTypes(text) : text
  const named = /\.(ts|mjs)$/.test(path) ? code.replace(NAME_OF_FILE, '$1$2.js$1') : code
  const tested = path === 'README.md' ? named.replace(TESTS, '') : named
  const installed = tested.replace(INSTALL, install)
  return COMMANDS.reduce((all, [pattern, command]) => all.replace(pattern, command), installed)
}

/** Installs the package by its name on npm, or by its file as long as the name is not known. */
export const installCommand = (version: string, name: string): string =>
  `npm install ${name || `./${tarballOf('daily-papers', version)}`}`

const packedPath = (path: string): string => path.replace(/\.ts$/, '.js')

const filesToPack = async (): Promise<string[]> => [
  ...(await filesOfGit(PACKED)),
  ...globSync(GENERATED, { cwd: ROOT }),
]

type Addresses = Pick<Published, 'repository' | 'docs' | 'package'>

/** Writes the folder of the package: what `npm pack` packs. */
export async function writePackage(folder: string, published: Addresses): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  const json = (name: string) => JSON.parse(readFileSync(join(ROOT, name), 'utf8'))
  const own = packageJson(json('package.json'), published)
  const install = installCommand(String(own.version), published.package)
  for (const path of await filesToPack()) {
    const target = join(folder, packedPath(path))
    mkdirSync(dirname(target), { recursive: true })
    if (TEXT.test(path))
      writeFileSync(target, packedText(path, readFileSync(join(ROOT, path), 'utf8'), install))
    else cpSync(join(ROOT, path), target)
  }
  const write = (name: string, value: unknown) =>
    writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`)
  write('package.json', own)
  write('npm-shrinkwrap.json', shrinkwrap(json('package-lock.json'), own))
}

/** Packs the package into the folder `out`. Returns the file. */
export async function buildTarball(out: string, published: Addresses): Promise<string> {
  const folder = join(out, 'daily-papers')
  await writePackage(folder, published)
  const options = ['--json', '--ignore-scripts', '--pack-destination', out]
  const [{ filename }] = JSON.parse(await outputOf('npm', ['pack', ...options], { cwd: folder }))
  return join(out, filename)
}
