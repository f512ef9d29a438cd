import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../src')

/** In the order in which data moves: a folder imports those before it, and BASE. */
const FEATURES = [
  'mail',
  'sources',
  'papers',
  'queries',
  'search',
  'subscribers',
  'digests',
  'bounces',
  'account',
  'emails',
  'operator',
  'web',
  'service',
]
const BASE = ['core', 'config', 'i18n']
/** SOURCES is checked when the service starts, so its setting has to know which sources exist. */
const EXCEPTIONS = ['config/source-settings.ts: sources/registry.ts']

interface SourceFile {
  path: string
  folder: string
  text: string
  /** Paths under src/ for files of ours, else names of packages. */
  imports: string[]
}

const files: SourceFile[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('generated'))
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) =>
      name.startsWith('.') ? relative(root, resolve(root, path, '..', name)) : name,
    )
    return { path, folder: path.split('/')[0]!, text: withoutComments(text), imports }
  })

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}

const folderOf = (path: string): string => path.split('/')[0]!

/** Every breach of a rule, as "file: what". */
function breaches(rule: (file: SourceFile) => string[]): string[] {
  return files.flatMap((file) => rule(file).map((what) => `${file.path}: ${what}`))
}

test('there are files to look at', () => expect(files.length).toBeGreaterThan(20))

describe('imports', () => {
  test('every file is in a folder of the list, or starts the program', () => {
    const others = files.filter(({ folder }) => ![...BASE, ...FEATURES].includes(folder))
    expect(others.map(({ path }) => path).sort()).toEqual(['cli.ts', 'main.ts'])
  })

  test('a folder imports only folders before it', () => {
    const wrong = breaches(({ path, folder, imports }) => {
      const place = FEATURES.indexOf(folder)
      if (place < 0 && !BASE.includes(folder)) return []
      const allowed = [...BASE, ...FEATURES.slice(0, place + 1), 'generated']
      const ownFiles = imports.filter((name) => name.endsWith('.ts'))
      return ownFiles.filter(
        (name) => !allowed.includes(folderOf(name)) && !EXCEPTIONS.includes(`${path}: ${name}`),
      )
    })
    expect(wrong).toEqual([])
  })

  test('Prisma only in *.repo.ts and core/database/', () => {
    const wrong = breaches(({ path, imports }) =>
      /\.repo\.ts$|^core\/database\//.test(path)
        ? []
        : imports.filter((name) => /^generated\/|@prisma\//.test(name)),
    )
    expect(wrong).toEqual([])
  })

  test.each([
    ['nodemailer', 'mail'],
    ['mjml', 'mail'],
    ['fastify', 'web'],
    ['pg-boss', 'core'],
    ['node-cron', 'service'],
    ['commander', 'operator'],
    ['fast-xml-parser', 'sources'],
    ['mailparser', 'bounces'],
    ['imapflow', 'bounces'],
    ['smtp-server', 'bounces'],
  ])('%s only in %s/', (name, folder) => {
    const wrong = breaches((file) =>
      file.folder === folder || file.path === 'cli.ts'
        ? []
        : file.imports.filter((i) => i === name || i.startsWith(`${name}/`)),
    )
    expect(wrong).toEqual([])
  })
})

describe('searches', () => {
  const SEARCHES =
    /\b(searchArchive|searchPapers|previewTopics|proposeFromLibrary|feedPapers|similarPapers|topicRates)\(/g
  const SLOT = /\b(withSearchSlot|withOptionalSearchSlot|topicRatesInSlot)\b/

  test('a page that evaluates queries does so in a search slot', () => {
    const wrong = breaches(({ folder, text }) =>
      folder === 'web' && !SLOT.test(text) ? (text.match(SEARCHES) ?? []) : [],
    )
    expect(wrong).toEqual([])
  })
})

describe('effects', () => {
  test.each([
    ['process.env', /\bprocess\.env\b/, ['config/config.ts']],
    ['the time', /\bnew Date\(\)|\bDate\.now\(\)|\bperformance\.now\(\)|Temporal\.Now/, ['core/clock.ts']],
    ['Math.random', /\bMath\.random\b/, []],
    ['console', /\bconsole\./, []],
  ])('%s', (_what, pattern, allowed) => {
    const wrong = breaches(({ path, text }) =>
      allowed.includes(path) ? [] : (text.match(new RegExp(pattern, 'g')) ?? []),
    )
    expect(wrong).toEqual([])
  })

  test('SQL only in *.repo.ts and core/', () => {
    const wrong = breaches(({ path, text }) =>
      /\.repo\.ts$|^core\//.test(path) ? [] : (text.match(/\$(queryRaw|executeRaw)\w*/g) ?? []),
    )
    expect(wrong).toEqual([])
  })

  test('the network only in clients', () => {
    const wrong = breaches(({ path, text }) =>
      /-client\.ts$/.test(path) ? [] : (text.match(/\bfetch\(/g) ?? []),
    )
    expect(wrong).toEqual([])
  })
})

test('no file runs past 300 lines', () => {
  expect(
    breaches(({ path, text }) =>
      text.split('\n').length > 300 && !['core/error-table.ts', 'i18n/en.ts'].includes(path)
        ? ['too long']
        : [],
    ),
  ).toEqual([])
})

test('no two files import each other, directly or around a corner', () => {
  const graph = new Map(files.map((file) => [file.path, file.imports.filter((name) => name.endsWith('.ts'))]))
  const cycles: string[] = []
  const done = new Set<string>()
  const walk = (path: string, trail: string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    else if (!done.has(path)) {
      for (const next of graph.get(path) ?? []) walk(next, [...trail, path])
      done.add(path)
    }
  }
  for (const path of graph.keys()) walk(path, [])
  expect(cycles).toEqual([])
})
