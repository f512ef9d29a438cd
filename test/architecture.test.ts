import { describe, expect, test } from 'vitest'
import {
  ancestorsOf,
  BASE,
  FOLDERS,
  lineCount,
  nameOf,
  parseSourceFile,
  readSourceFiles,
  type SourceFile,
  type SyntaxNode,
  textOfNode,
  valueImportsOf,
} from './support/source-files.ts'

/** The settings are checked when the service starts, so they include those of each source and webhook provider. */
const EXCEPTIONS = [
  'config/source-settings.ts: sources/registry.ts',
  'config/bounce-settings.ts: bounces/providers/registry.ts',
]
/** The programs of the service, its threads and the command line: they pass the features in, as scripts/ do. */
const ENTRY_POINTS = ['cli.ts', 'main.ts', 'service/search-program.ts', 'service/worker-program.ts']

const files = readSourceFiles()

/** What a file does against a rule, each in a few words. */
type Rule = (file: SourceFile) => string[]

/** A file that does not exist, with its text. */
type Planted = [path: string, text: string]

/** Every breach of a rule in src/, as "file: what". */
const breaches = (rule: Rule): string[] =>
  files.flatMap((file) => rule(file).map((what) => `${file.path}: ${what}`))

/** Two tests: no file breaks the rule, and each planted file does. */
function testRule(title: string, rule: Rule, ...planted: [Planted, ...Planted[]]): void {
  test(title, () => expect(breaches(rule)).toEqual([]))
  const rows = planted.map(([path, text]) => ({ path, text, line: text.split('\n', 1)[0] }))
  test.each(rows)(`${title}: a breach in $path is found: $line`, ({ path, text }) => {
    expect(rule(parseSourceFile(path, text))).not.toEqual([])
  })
}

const folderOf = (path: string): string => path.split('/')[0]!
const moduleOf = ({ source }: SyntaxNode): string => String((source as SyntaxNode).value)
const isImport = ({ type }: SyntaxNode): boolean => /^Import(Declaration|Expression)$/.test(type)

test('src has files to check', () => expect(files.length).toBeGreaterThan(20))

describe('imports', () => {
  test('every file is in a folder of the list, or starts the program', () => {
    const others = files.filter(({ folder }) => ![...BASE, ...FOLDERS, 'features'].includes(folder))
    expect(others.map(({ path }) => path).sort()).toEqual(['cli.ts', 'main.ts'])
  })

  testRule(
    'a folder imports only folders before it',
    ({ path, folder, imports }) => {
      const place = FOLDERS.indexOf(folder)
      if (place < 0 && !BASE.includes(folder)) return []
      const allowed = [...BASE, ...FOLDERS.slice(0, place + 1), 'features', 'generated']
      const ownFiles = imports.filter((name) => name.endsWith('.ts'))
      return ownFiles.filter(
        (name) => !allowed.includes(folderOf(name)) && !EXCEPTIONS.includes(`${path}: ${name}`),
      )
    },
    ['mail/send.ts', "import { plan } from '../digests/plan.ts'"],
    ['core/clock.ts', "import { plan } from '../digests/plan.ts'"],
    ['config/source-settings.ts', "import { SOURCES } from '../sources/arxiv/source.ts'"],
    ['config/other.ts', "import { SOURCES } from '../sources/registry.ts'"],
  )

  const importsOfFeatures: Rule = ({ folder, imports }) =>
    folder === 'features' ? [] : imports.filter((name) => folderOf(name) === 'features')

  test('each entry point imports the list of features, and no other file of the core imports from features/', () => {
    const expected = ENTRY_POINTS.map((path) => `${path}: features/index.ts`)
    expect(breaches(importsOfFeatures).sort()).toEqual(expected)
  })

  testRule(
    'a feature imports only itself and the core',
    ({ path, imports }) => {
      const own = /^features\/[\w-]+\//.exec(path)?.[0]
      if (!own) return []
      return imports.filter(
        (name) =>
          (folderOf(name) === 'features' && !name.startsWith(own)) ||
          ENTRY_POINTS.includes(name) ||
          folderOf(name) === 'service',
      )
    },
    ['features/imap/index.ts', "import { explain } from '../explain/index.ts'"],
    ['features/imap/index.ts', "import { startService } from '../../service/service.ts'"],
  )

  test('the list of features loads their index.ts and settings.ts, because every command waits for it', () => {
    const load = (path: string, loaded = new Set<string>()): Set<string> => {
      if (loaded.has(path)) return loaded
      loaded.add(path)
      const file = files.find((one) => one.path === path)
      for (const name of file ? valueImportsOf(file) : []) load(name, loaded)
      return loaded
    }
    const bySettings = load('config/config.ts')
    const wrong = [...load('features/index.ts')].filter(
      (path) => !/^features\/([\w-]+\/)?(index|settings)\.ts$/.test(path) && !bySettings.has(path),
    )
    expect(wrong).toEqual([])
  })

  testRule(
    'Prisma is imported only in *.repo.ts and core/database/',
    ({ path, imports }) =>
      /\.repo\.ts$|^core\/database\//.test(path)
        ? []
        : imports.filter((name) => /^generated\/|@prisma\//.test(name)),
    ['web/page.ts', "import { Prisma } from '../generated/prisma/client.ts'"],
    ['core/clock.ts', "import { PrismaPg } from '@prisma/adapter-pg'"],
  )

  describe.each([
    ['nodemailer', ['mail']],
    ['mjml', ['mail']],
    ['fastify', ['web', 'features']],
    ['pg', ['core']],
    ['pg-boss', ['core']],
    ['node-cron', ['service']],
    ['commander', ['operator', 'cli.ts']],
    ['fast-xml-parser', ['sources']],
    ['mailparser', ['bounces']],
    ['imapflow', ['features']],
    ['smtp-server', ['bounces']],
  ])('%s', (name, folders) => {
    testRule(
      `is imported only in ${folders.join(' and ')}`,
      (file) =>
        folders.includes(file.folder)
          ? []
          : file.imports.filter((one) => one === name || one.startsWith(`${name}/`)),
      ['subscribers/file.ts', `import one from '${name}'`],
      ['main.ts', `const one = await import('${name}/lib/one')`],
    )
  })

  const NODEMAILER_PARTS = ['nodemailer', 'nodemailer/lib/mail-composer', 'nodemailer/lib/smtp-connection']

  testRule(
    'only documented parts of nodemailer are imported, and types',
    ({ nodes }) =>
      nodes
        .filter((node) => isImport(node) && node.importKind !== 'type')
        .map(moduleOf)
        .filter((name) => /^nodemailer(\/|$)/.test(name) && !NODEMAILER_PARTS.includes(name)),
    ['mail/send.ts', "import { encode } from 'nodemailer/lib/mime-funcs'"],
  )

  const isFieldOfAnother = (left: SyntaxNode) =>
    left.type === 'MemberExpression' && (left.object as SyntaxNode).type !== 'ThisExpression'

  testRule(
    'a file that uses nodemailer assigns only to its own fields',
    (file) =>
      file.imports.some((name) => name.startsWith('nodemailer'))
        ? file.nodes
            .filter(
              ({ type, left }) => type === 'AssignmentExpression' && isFieldOfAnother(left as SyntaxNode),
            )
            .map((node) => textOfNode(file, node))
        : [],
    ['mail/send.ts', "import { createTransport } from 'nodemailer'; createTransport.prototype = null"],
  )

  /** The chains of files in which each imports the next one and the last the first. */
  function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
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
    return cycles
  }

  test('no files import each other in a circle', () => {
    const graph = files.map(({ path, imports }) => [path, imports.filter((name) => name.endsWith('.ts'))])
    expect(cyclesOf(new Map(graph as [string, string[]][]))).toEqual([])
  })

  test('cyclesOf finds a circle of three files', () => {
    const graph = { 'a.ts': ['b.ts'], 'b.ts': ['c.ts'], 'c.ts': ['d.ts', 'a.ts'], 'd.ts': [] }
    expect(cyclesOf(new Map(Object.entries(graph)))).toEqual(['a.ts → b.ts → c.ts → a.ts'])
  })
})

/** Where a name is used, other than in its own declaration or an import. */
const usesOf = ({ nodes }: SourceFile, name: string): SyntaxNode[] =>
  nodes.filter(
    (node) =>
      node.type === 'Identifier' &&
      node.name === name &&
      !/^(?:ImportSpecifier|Property|ExportSpecifier)$/.test(node.parent!.type) &&
      node.parent!.id !== node &&
      node.parent!.property !== node,
  )

/** The named function around a use. */
const functionAround = (use: SyntaxNode): SyntaxNode | undefined =>
  ancestorsOf(use).find(
    ({ type, init }) =>
      type === 'FunctionDeclaration' ||
      (type === 'VariableDeclarator' && /Function/.test((init as SyntaxNode | null)?.type ?? '')),
  )

/** The files that use a function of a file: itself, and those that import it. */
function usersOf(file: SourceFile, declaration: SyntaxNode, among: readonly SourceFile[]): SourceFile[] {
  const isExported = ancestorsOf(declaration).some(({ type }) => type === 'ExportNamedDeclaration')
  const importers = isExported ? among.filter(({ imports }) => imports.includes(file.path)) : []
  return [file, ...importers].filter((user) => usesOf(user, nameOf(declaration)!).length > 0)
}

interface Enclosure {
  /** A use is enclosed by the call of one of these functions, there or around each use of the function that it is in. */
  by: readonly string[]
  among: readonly SourceFile[]
  /** Uses that need not be enclosed, as "file: text". */
  except?: readonly string[]
}

/** The uses of a name that are not enclosed, each with the functions that lead to it. */
function usesOutside(file: SourceFile, name: string, enclosure: Enclosure, path: string[] = []): string[] {
  const { by, among, except = [] } = enclosure
  const isEnclosed = (use: SyntaxNode) =>
    ancestorsOf(use).some(
      ({ type, callee }) => type === 'CallExpression' && by.includes(nameOf(callee) ?? ''),
    )
  return usesOf(file, name)
    .filter((use) => !isEnclosed(use))
    .flatMap((use) => {
      const what = `${file.path}: ${textOfNode(file, use.parent!)}`
      const around = functionAround(use)
      const outer = around && nameOf(around)
      if (except.includes(what) || (outer && path.includes(outer))) return []
      const users = outer ? usersOf(file, around, among) : []
      if (users.length === 0) return [[...path, what].join(' > ')]
      return users.flatMap((user) => usesOutside(user, outer!, enclosure, [...path, name]))
    })
}

/** The calls of `inSearchThread` in a file. */
const searchJobsOf = ({ nodes }: SourceFile): SyntaxNode[] =>
  nodes.filter(({ type, callee }) => type === 'CallExpression' && nameOf(callee) === 'inSearchThread')

describe('searches', () => {
  /** They have a job for the search thread, and do the rest themselves. */
  const WITH_JOB = ['searchPapers', 'feedPapers']
  /** Jobs for the holder of a personal link, who needs no permit. */
  const NOT_OF_VISITORS = ['readVote', 'readLibraryVotes', 'learnUsual', 'notMatching', 'phrasesWithCounts']
  /** Jobs of the worker, for all subscribers together, and of the operator. */
  const OF_WORKER = ['papersToGrade', 'matchingPapers']
  const visitors = {
    by: ['forVisitor', 'forVisitorIfFree'],
    among: files.filter(({ folder }) => ['web', 'account', 'features'].includes(folder)),
    /** Without a query they only list papers. */
    except: ['web/site/feed-routes.ts: feedPapers(deps, {})', 'web/api/public-routes.ts: search(deps)'],
  }
  const jobs = files.flatMap(searchJobsOf).map(({ parent }) => nameOf(parent)!)
  const searches = [...jobs, ...WITH_JOB].filter((name) => ![...NOT_OF_VISITORS, ...OF_WORKER].includes(name))

  test('a page searches only within forVisitor, which charges the visitor and waits for a slot', () => {
    expect(searches.length).toBeGreaterThan(10)
    const wrong = visitors.among.flatMap((file) =>
      searches.flatMap((name) => usesOutside(file, name, visitors)),
    )
    expect(wrong).toEqual([])
  })

  test('usesOutside finds a search without forVisitor next to one with it', () => {
    const file = parseSourceFile(
      'web/page.ts',
      `export const page = (app) => {
        app.get('/one', () => forVisitor(deps, request, () => find(1)))
        app.get('/two', () => find(2))
      }
      const find = (n) => searchPapers(n)`,
    )
    const found = usesOutside(file, 'searchPapers', { ...visitors, among: [file] })
    expect(found).toEqual(['searchPapers > web/page.ts: find(2)'])
  })

  testRule(
    'a job of the search thread is a constant of its file and has its name, or the thread would not find it',
    (file) =>
      searchJobsOf(file).flatMap((call) => {
        const [url, name] = call.arguments as SyntaxNode[]
        const [declarator, declaration] = ancestorsOf(call)
        const outermost = ancestorsOf(declaration!).filter(({ type }) => type !== 'ExportNamedDeclaration')
        const isRight =
          textOfNode(file, url!) === 'import.meta.url' &&
          declarator!.type === 'VariableDeclarator' &&
          name!.value === nameOf(declarator) &&
          outermost.every(({ type }) => type === 'Program')
        return isRight ? [] : [textOfNode(file, name!)]
      }),
    ['search/jobs.ts', "export const three = inSearchThread(import.meta.url, 'other', work)"],
    ['search/jobs.ts', "export const four = () => inSearchThread(import.meta.url, 'four', work)"],
    ['search/jobs.ts', "function f() { const five = inSearchThread(import.meta.url, 'five', work) }"],
  )

  const OPENERS = ['openArchive', 'openNewestArchive', 'openAvailableArchive', 'readWholeArchive']
  /** Commands have no search thread, and the program of the thread opens the archive for all jobs. */
  const OWN_ARCHIVE = [
    'operator/operations/queries.ts: openArchive',
    'service/search-program.ts: openNewestArchive',
  ]
  const WITH_JOBS = ['account', 'digests', 'features']
  const among = files.filter(({ folder }) => [...WITH_JOBS, 'web', 'emails'].includes(folder))

  testRule(
    'an archive of papers is opened only in the search thread, by commands, and in search/ and queries/',
    (file) => {
      if (['search', 'queries'].includes(file.folder)) return []
      const used = OPENERS.filter((name) => usesOf(file, name).length > 0)
      const openers = used.filter((name) => !OWN_ARCHIVE.includes(`${file.path}: ${name}`))
      if (!WITH_JOBS.includes(file.folder)) return openers
      return openers.flatMap((name) => usesOutside(file, name, { by: ['inSearchThread'], among }))
    },
    ['web/page.ts', 'inSearchThread(import.meta.url, "page", () => openArchive(deps))'],
    ['digests/plan.ts', 'const ranks = inSearchThread(url, "ranks", work); openArchive(deps)'],
    ['service/search-program.ts', 'openNewestArchive(deps); readWholeArchive(deps)'],
  )
})

describe('effects', () => {
  testRule(
    'process.env is read only in config/config.ts',
    ({ path, withoutComments: text, imports }) =>
      path === 'config/config.ts'
        ? []
        : [
            ...(text.match(/\bprocess\??\.?(\.env\b|\[['"`]env)/g) ?? []),
            ...imports.filter((name) => /^(node:)?process$/.test(name)),
          ],
    ['web/page.ts', 'const port = process.env.PORT'],
    ['web/page.ts', "const port = process['env'].PORT"],
    ['web/page.ts', "import { env } from 'node:process'"],
    ['web/page.ts', "app.get('/papers/*', () => process.env.PORT)\n/** A docstring. */"],
  )

  testRule(
    'the time is read only in core/clock.ts',
    ({ path, withoutComments: text }) =>
      path === 'core/clock.ts'
        ? []
        : (text.match(
            /\bnew Date\b(?!\s*\(\s*[^\s)])|(?<!new )\bDate\(\)|\bDate\.now\b|\bperformance\.|Temporal\.Now|\.hrtime\b/g,
          ) ?? []),
    ['web/page.ts', 'const now = new Date()'],
    ['web/page.ts', 'const now = new Date'],
    ['web/page.ts', 'const now = Date.now()'],
    ['web/page.ts', 'const clock = { now: Date.now }'],
    ['web/page.ts', 'const now = performance.now()'],
    ['web/page.ts', 'const now = Temporal.Now.instant()'],
    ['web/page.ts', 'const now = process.hrtime.bigint()'],
  )

  testRule('Math.random is not used', ({ withoutComments: text }) => text.match(/\bMath\.random\b/g) ?? [], [
    'core/random.ts',
    'const n = Math.random()',
  ])

  testRule('console is not used', ({ withoutComments: text }) => text.match(/\bconsole\b(?=[.[])/g) ?? [], [
    'core/log.ts',
    "console.log('started')",
  ])

  /** `db.subscriber`, `tx.$queryRaw`, `const { subscriber } = deps.db`; a transaction may begin anywhere. */
  const isDatabaseUse = ({ type, object, property, id, init }: SyntaxNode): boolean => {
    const isClient = (node: unknown) => {
      const { property: last } = (node ?? {}) as Partial<SyntaxNode>
      return ['db', 'tx'].includes(nameOf(node) ?? nameOf(last) ?? '')
    }
    if (type === 'MemberExpression') return isClient(object) && nameOf(property) !== '$transaction'
    return type === 'VariableDeclarator' && (id as SyntaxNode).type === 'ObjectPattern' && isClient(init)
  }

  testRule(
    'the database is used only in *.repo.ts and core/',
    (file) => {
      if (/\.repo\.ts$|^core\//.test(file.path)) return []
      const raw = file.withoutComments.match(/\$(queryRaw|executeRaw)\w*/g) ?? []
      return [...raw, ...file.nodes.filter(isDatabaseUse).map((node) => textOfNode(file, node))]
    },
    ['web/page.ts', 'const rows = await deps.db.$queryRaw`select 1`'],
    ['web/page.ts', 'const rows = await client.$queryRawUnsafe("select 1")'],
    ['web/page.ts', 'const person = await deps.db.subscriber.findFirst()'],
    ['web/page.ts', 'await db.$transaction(async (tx) => tx.subscriber.deleteMany())'],
    ['web/page.ts', "const table = tx['subscriber']"],
    ['web/page.ts', 'const { subscriber } = deps.db'],
    ['subscribers/find-subscriber.ts', 'const { subscriber } = db'],
  )

  const NETWORK_MODULES = /^(node:)?(http|https|http2|net|tls|dgram|dns)(\/promises)?$/
  const OPENS_CONNECTION =
    /^(connect|createConnection|request|get|createSocket|Resolver|Socket|lookup|resolve\w*)$/
  /** They measure the connection itself. */
  const CONNECTS = ['node:http request', 'node:https request'].map(
    (name) => `features/doctor/site-checks.ts: ${name}`,
  )

  /** The functions of Node that open a connection, as "node:net connect". */
  const connectionsOf = ({ nodes }: SourceFile): string[] =>
    nodes
      .filter((node) => isImport(node) && node.importKind !== 'type' && NETWORK_MODULES.test(moduleOf(node)))
      .flatMap((node) => {
        const specifiers = (node.specifiers as SyntaxNode[] | undefined) ?? []
        const named = specifiers.filter(({ type }) => type === 'ImportSpecifier')
        if (named.length === 0) return [`${moduleOf(node)} *`]
        return named
          .filter(({ importKind }) => importKind !== 'type')
          .map(({ imported }) => nameOf(imported)!)
          .filter((name) => OPENS_CONNECTION.test(name))
          .map((name) => `${moduleOf(node)} ${name}`)
      })

  /** Whether another thing is called `fetch` in the whole file, such as an operation. */
  const declaresFetch = (node: SyntaxNode): boolean =>
    node.type !== 'Program' &&
    [node.id, node.local].some((name) => nameOf(name) === 'fetch') &&
    ancestorsOf(node).every(({ type }) => /^(Program|Import.*|Export.*|VariableDeclaration)$/.test(type))

  testRule(
    'connections are opened only in clients and core/database/',
    (file) => {
      if (/-client\.ts$|^core\/database\//.test(file.path)) return []
      const opened = connectionsOf(file).filter((one) => !CONNECTS.includes(`${file.path}: ${one}`))
      const uses = file.nodes.some(declaresFetch) ? [] : usesOf(file, 'fetch')
      return [...opened, ...uses.map((node) => textOfNode(file, node.parent!))]
    },
    ['web/page.ts', "const page = await fetch('https://papers.example')"],
    ['web/page.ts', 'const get = fetch'],
    ['web/page.ts', 'const page = (fetch) => { const fetch = 1 }; fetch(url)'],
    ['web/page.ts', 'function page() { const fetch = other }; fetch(url)'],
    ['web/page.ts', "import { connect } from 'node:net'"],
    ['web/page.ts', "import https from 'node:https'"],
    ['web/page.ts', "import * as net from 'node:net'"],
    ['web/page.ts', "const { get } = await import('node:http')"],
    ['features/doctor/site-checks.ts', "import { get } from 'node:http'"],
  )
})

describe('shape', () => {
  const MAX_LINES = 300
  const CATALOGUES = ['i18n/en.ts', 'i18n/en/admin.ts']

  testRule(
    `no file has over ${MAX_LINES} lines, except the catalogue of words`,
    ({ path, text }) => {
      const lines = text.trimEnd().split('\n').length
      return lines > MAX_LINES && !CATALOGUES.includes(path) ? [`${lines} lines`] : []
    },
    ['core/clock.ts', '// A comment.\n'.repeat(MAX_LINES + 1)],
  )

  /** Each with the functions that it contains. */
  const longFunctions: Rule = (file) =>
    file.nodes
      .filter(({ type, body }) => /Function/.test(type) && body)
      .filter((node) => lineCount(file, node) > 60)
      .map((node) => `${nameOf(node) ?? nameOf(node.parent)} has ${lineCount(file, node)} lines`)

  const innerFunction = `const inner = () => {\n${'work()\n'.repeat(30)}}\n`

  testRule('no function has over 60 lines, with the functions in it', longFunctions, [
    'core/file.ts',
    `function outer() {\n${innerFunction.repeat(2)}}`,
  ])

  /** What a file exports; not what it passes on from another file. */
  function exportedNames(nodes: SyntaxNode[]): string[] {
    const exports = nodes.filter(({ type, source }) => type === 'ExportNamedDeclaration' && !source)
    const names = exports.flatMap(({ declaration, specifiers }) => {
      const { declarations } = (declaration ?? {}) as { declarations?: SyntaxNode[] }
      const declared = (declarations ?? [declaration]).map(nameOf)
      return [...declared, ...(specifiers as SyntaxNode[]).map(({ exported }) => nameOf(exported))]
    })
    // The overloads of a function, or a type and a value, may share a name.
    return [...new Set(names.filter((name) => name !== undefined))]
  }

  /** The names that several files export, as "file, file: name". */
  function sharedNames(among: readonly SourceFile[]): string[] {
    const filesOf = Map.groupBy(
      among.flatMap(({ path, nodes }) => exportedNames(nodes).map((name) => ({ path, name }))),
      ({ name }) => name,
    )
    // The folder of each source has the same parts.
    const isOfSource = (path: string): boolean => /^sources\/\w+\//.test(path)
    return [...filesOf]
      .map(([name, places]) => ({ name, paths: places.map(({ path }) => path) }))
      .filter(({ paths }) => paths.length > 1 && !paths.every(isOfSource))
      .map(({ name, paths }) => `${paths.join(', ')}: ${name}`)
  }

  test('no two files export the same name', () => expect(sharedNames(files)).toEqual([]))

  test.each(['export const one = 1', 'const one = 1; export { one }', 'export interface one {}'])(
    'sharedNames finds a name that another file exports with "%s"',
    (text) => {
      const two = [
        parseSourceFile('core/a.ts', 'export function one() {}'),
        parseSourceFile('web/b.ts', text),
      ]
      expect(sharedNames(two)).toEqual(['core/a.ts, web/b.ts: one'])
    },
  )

  const isLiteral = ({ type }: SyntaxNode): boolean =>
    type === 'ObjectExpression' || type === 'ArrayExpression'

  testRule(
    'nothing is spread only to save lines',
    (file) =>
      file.nodes
        .filter(({ type, argument }) => type === 'SpreadElement' && isLiteral(argument as SyntaxNode))
        .map((node) => textOfNode(file, node)),
    ['core/file.ts', 'const one = { ...{ a: 1, b: 2 }, c }'],
    ['core/file.ts', 'call(...[1, 2])'],
  )

  testRule(
    'no docstring begins with "The same": it says what the thing does',
    ({ docstrings }) => docstrings.filter((text) => text.startsWith('The same')),
    ['core/file.ts', '/** The same for lists. */\nexport const one = 1'],
  )
})
