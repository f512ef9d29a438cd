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

const folderOf = (path: string): string => path.split('/')[0]!

/** Every breach of a rule, as "file: what". */
function breaches(rule: (file: SourceFile) => string[]): string[] {
  return files.flatMap((file) => rule(file).map((what) => `${file.path}: ${what}`))
}

const MODEL_METHOD =
  /^(?:find(?:First|Unique)(?:OrThrow)?|findMany|create|createMany|createManyAndReturn|update|updateMany|updateManyAndReturn|delete|deleteMany|upsert|count|aggregate|groupBy)$/

/** `db.subscriber.findMany`, of any database or transaction that is named db or tx. */
function isModelCall({ type, object, property }: SyntaxNode): boolean {
  if (type !== 'MemberExpression' || !MODEL_METHOD.test(nameOf(property) ?? '')) return false
  const { type: outer, object: client } = object as SyntaxNode
  const name = nameOf(client) ?? nameOf((client as SyntaxNode | undefined)?.property)
  return outer === 'MemberExpression' && (name === 'db' || name === 'tx')
}

test('there are files to look at', () => expect(files.length).toBeGreaterThan(20))

describe('imports', () => {
  test('every file is in a folder of the list, or starts the program', () => {
    const others = files.filter(({ folder }) => ![...BASE, ...FOLDERS, 'features'].includes(folder))
    expect(others.map(({ path }) => path).sort()).toEqual(['cli.ts', 'main.ts'])
  })

  test('a folder imports only folders before it', () => {
    const wrong = breaches(({ path, folder, imports }) => {
      const place = FOLDERS.indexOf(folder)
      if (place < 0 && !BASE.includes(folder)) return []
      const allowed = [...BASE, ...FOLDERS.slice(0, place + 1), 'features', 'generated']
      const ownFiles = imports.filter((name) => name.endsWith('.ts'))
      return ownFiles.filter(
        (name) => !allowed.includes(folderOf(name)) && !EXCEPTIONS.includes(`${path}: ${name}`),
      )
    })
    expect(wrong).toEqual([])
  })

  test('each entry point imports the list of features, and no other file of the core imports from features/', () => {
    const found = breaches(({ folder, imports }) =>
      folder === 'features' ? [] : imports.filter((name) => folderOf(name) === 'features'),
    )
    expect(found.sort()).toEqual(ENTRY_POINTS.map((path) => `${path}: features/index.ts`))
  })

  test('a feature imports only itself and the core', () => {
    const wrong = breaches(({ path, imports }) => {
      const own = /^features\/[\w-]+\//.exec(path)?.[0]
      const ofFeatures = imports.filter((name) => own && folderOf(name) === 'features')
      return [
        ...ofFeatures.filter((name) => !name.startsWith(own!)),
        ...imports.filter((name) => own && (ENTRY_POINTS.includes(name) || folderOf(name) === 'service')),
      ]
    })
    expect(wrong).toEqual([])
  })

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
    ['fastify', 'web', 'features'],
    ['pg-boss', 'core'],
    ['node-cron', 'service'],
    ['commander', 'operator'],
    ['fast-xml-parser', 'sources'],
    ['mailparser', 'bounces'],
    ['imapflow', 'features'],
    ['smtp-server', 'bounces'],
  ])('%s only in %s/', (name, ...folders) => {
    const wrong = breaches((file) =>
      folders.includes(file.folder) || file.path === 'cli.ts'
        ? []
        : file.imports.filter((i) => i === name || i.startsWith(`${name}/`)),
    )
    expect(wrong).toEqual([])
  })

  const OF_NODEMAILER = ['nodemailer', 'nodemailer/lib/mail-composer', 'nodemailer/lib/smtp-connection']

  test('only documented parts of nodemailer are imported, and types', () => {
    const wrong = breaches(({ nodes }) =>
      nodes
        .filter(
          ({ type, importKind }) => /^Import(Declaration|Expression)$/.test(type) && importKind !== 'type',
        )
        .map(({ source }) => String((source as SyntaxNode).value))
        .filter((name) => /^nodemailer(\/|$)/.test(name) && !OF_NODEMAILER.includes(name)),
    )
    expect(wrong).toEqual([])
  })

  test('a file that uses nodemailer assigns only to its own fields', () => {
    const isOfAnother = (left: SyntaxNode) =>
      left.type === 'MemberExpression' && (left.object as SyntaxNode).type !== 'ThisExpression'
    const wrong = breaches((file) =>
      file.imports.some((name) => name.startsWith('nodemailer'))
        ? file.nodes
            .filter(({ type, left }) => type === 'AssignmentExpression' && isOfAnother(left as SyntaxNode))
            .map((node) => textOfNode(file, node))
        : [],
    )
    expect(wrong).toEqual([])
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
  const visitors = {
    by: ['forVisitor', 'forVisitorIfFree'],
    among: files.filter(({ folder }) => ['web', 'account', 'features'].includes(folder)),
    /** Without a query they only list papers. */
    except: ['web/site/feed-routes.ts: feedPapers(deps, {})', 'web/api/public-routes.ts: search(deps)'],
  }
  const jobs = files.flatMap(searchJobsOf).map(({ parent }) => nameOf(parent)!)
  const searches = [...jobs, ...WITH_JOB].filter((name) => !NOT_OF_VISITORS.includes(name))

  test('a page searches only with forVisitor, which charges and takes turns', () => {
    expect(searches.length).toBeGreaterThan(10)
    const wrong = visitors.among.flatMap((file) =>
      searches.flatMap((name) => usesOutside(file, name, visitors)),
    )
    expect(wrong).toEqual([])
  })

  test('a search without forVisitor is found next to one with it', () => {
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

  /** The jobs that the search thread would not find, or run in place of another. */
  const wrongJobs = (file: SourceFile): string[] =>
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
    })

  test('a job of the search thread is a constant of its file, and has its name', () => {
    expect(breaches(wrongJobs)).toEqual([])
  })

  test('a job with another name, or within a function, is found', () => {
    const file = parseSourceFile(
      'search/jobs.ts',
      `export const one = inSearchThread(import.meta.url, 'one', work)
      const two = inSearchThread(import.meta.url, 'two', work)
      export const three = inSearchThread(import.meta.url, 'other', work)
      export const four = () => inSearchThread(import.meta.url, 'four', work)
      function around() {
        const five = inSearchThread(import.meta.url, 'five', work)
      }`,
    )
    expect(wrongJobs(file)).toEqual(["'other'", "'four'", "'five'"])
  })

  const OPENERS = ['openArchive', 'openNewestArchive', 'openAvailableArchive', 'readWholeArchive']
  /** The commands have no search thread. */
  /** Commands, and the program of the thread itself. */
  const OWN_ARCHIVE = ['operator/operations/queries.ts', 'service/search-program.ts']
  const inThread = {
    by: ['inSearchThread'],
    among: files.filter(({ folder }) => ['account', 'digests', 'web', 'emails', 'features'].includes(folder)),
  }

  test('the papers are in memory in the search thread, and nowhere else in a service', () => {
    const wrong = breaches((file) => {
      const openers = OPENERS.filter((name) => usesOf(file, name).length > 0)
      if (['search', 'queries'].includes(file.folder) || OWN_ARCHIVE.includes(file.path)) return []
      if (!['account', 'digests', 'features'].includes(file.folder)) return openers
      return openers.flatMap((name) => usesOutside(file, name, inThread))
    })
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
    const wrong = breaches(({ path, withoutComments: text }) =>
      allowed.includes(path) ? [] : (text.match(new RegExp(pattern, 'g')) ?? []),
    )
    expect(wrong).toEqual([])
  })

  test('SQL only in *.repo.ts and core/', () => {
    const wrong = breaches(({ path, withoutComments: text }) =>
      /\.repo\.ts$|^core\//.test(path) ? [] : (text.match(/\$(queryRaw|executeRaw)\w*/g) ?? []),
    )
    expect(wrong).toEqual([])
  })

  test("Prisma's client only in *.repo.ts and core/", () => {
    const wrong = breaches((file) =>
      /\.repo\.ts$|^core\//.test(file.path)
        ? []
        : file.nodes.filter(isModelCall).map((node) => textOfNode(file, node)),
    )
    expect(wrong).toEqual([])
  })

  test('the network only in clients', () => {
    const wrong = breaches(({ path, withoutComments: text }) =>
      /-client\.ts$/.test(path) ? [] : (text.match(/\bfetch\(/g) ?? []),
    )
    expect(wrong).toEqual([])
  })
})

describe('shape', () => {
  test('no file has over 300 lines', () => {
    const catalogues = ['core/error-table.ts', 'i18n/en.ts', 'i18n/en/admin.ts']
    const wrong = breaches(({ path, withoutComments }) =>
      withoutComments.split('\n').length > 300 && !catalogues.includes(path) ? ['too long'] : [],
    )
    expect(wrong).toEqual([])
  })

  test('no function has over 60 lines', () => {
    expect(breaches(longFunctions)).toEqual([])
  })

  test('a function includes the functions in it', () => {
    const inner = (name: string) => `  const ${name} = () => {\n${'    work()\n'.repeat(30)}  }\n`
    const text = `function outer() {\n${inner('one')}${inner('two')}}\n`
    expect(longFunctions(parseSourceFile('core/file.ts', text))).toEqual(['outer has 66 lines'])
  })

  test('no two files export the same name', () => {
    const filesOf = Map.groupBy(
      files.flatMap(({ path, nodes }) => exportedNames(nodes).map((name) => ({ path, name }))),
      ({ name }) => name,
    )
    // The folder of each source has the same parts.
    const isOfSource = (path: string): boolean => /^sources\/\w+\//.test(path)
    const wrong = [...filesOf]
      .map(([name, places]) => ({ name, paths: places.map(({ path }) => path) }))
      .filter(({ paths }) => paths.length > 1 && !paths.every(isOfSource))
      .map(({ name, paths }) => `${paths.join(', ')}: ${name}`)
    expect(wrong).toEqual([])
  })

  test('nothing is spread only to save lines', () => {
    const wrong = breaches((file) =>
      file.nodes
        .filter(({ type, argument }) => type === 'SpreadElement' && isLiteral(argument as SyntaxNode))
        .map((node) => textOfNode(file, node)),
    )
    expect(wrong).toEqual([])
  })

  test('no docstring begins with "The same": it says what the thing does', () => {
    const wrong = breaches(({ docstrings }) => docstrings.filter((text) => text.startsWith('The same')))
    expect(wrong).toEqual([])
  })

  /** With the functions that they contain. */
  const longFunctions = (file: SourceFile): string[] =>
    file.nodes
      .filter(({ type, body }) => /Function/.test(type) && body)
      .filter((node) => lineCount(file, node) > 60)
      .map((node) => `${nameOf(node) ?? nameOf(node.parent)} has ${lineCount(file, node)} lines`)

  const isLiteral = ({ type }: SyntaxNode): boolean =>
    type === 'ObjectExpression' || type === 'ArrayExpression'

  /** What a file declares and exports; not what it passes on. */
  function exportedNames(nodes: SyntaxNode[]): string[] {
    const declared = nodes
      .filter(({ type, declaration }) => type === 'ExportNamedDeclaration' && declaration)
      .flatMap(({ declaration }) => {
        const { declarations } = declaration as { declarations?: SyntaxNode[] }
        return (declarations ?? [declaration]).map(nameOf)
      })
    // The overloads of a function, or a type and a value, may share a name.
    return [...new Set(declared.filter((name) => name !== undefined))]
  }
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
