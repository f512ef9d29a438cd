/** What a dictionary is made of: sentences, forms by count, and parts that hold more of them. */
export type Dictionary = { readonly [key: string]: string | Dictionary }

/** A file that may read words; `path` is for messages. */
export interface Reader {
  path: string
  source: string
}

const FORMS = ['zero', 'one', 'two', 'few', 'many', 'other']

/** A sentence, or its forms by count. */
export const isLeaf = (part: Dictionary | string): boolean =>
  typeof part === 'string' || ('other' in part && Object.keys(part).every((key) => FORMS.includes(key)))

/** Every leaf by its path: "pages.title". */
export function leavesOf(part: Dictionary | string, path = ''): Map<string, Dictionary | string> {
  if (isLeaf(part)) return new Map([[path, part]])
  return new Map(
    Object.entries(part as Dictionary).flatMap(([key, value]) => [...leavesOf(value, under(path, key))]),
  )
}

const under = (path: string, key: string): string => (path ? `${path}.${key}` : key)

/** The value at `path`; undefined if it does not exist. Keys of errors contain dots. */
function partAt(part: Dictionary | string | undefined, path: string): Dictionary | string | undefined {
  if (path === '' || part === undefined) return part
  if (typeof part === 'string') return undefined
  const key = Object.keys(part).find((one) => path === one || path.startsWith(`${one}.`))
  return key === undefined ? undefined : partAt(part[key], path.slice(key.length + 1))
}

/** Paths of leaves that no file reads. A part of the dictionary counts as read nowhere; each of its leaves must be. */
export function deadWords(dictionary: Dictionary, readers: readonly Reader[]): string[] {
  const all = readers.map(({ source }) => source).join('\n')
  const names = new Set(all.match(/[\w-]+(?:\.[\w-]+)*/g))
  const templates = readers.filter(({ path }) => !path.endsWith('.ts'))
  const inTemplates = new Set(templates.flatMap(({ source }) => source.match(/(?<=\w\.)\w+/g) ?? []))
  const isNamed = (key: string) => /^\d+$/.test(key) || names.has(key) || names.has(key.replace(/Html$/, ''))
  const alive = new Set(
    readers.filter(knowsWords).flatMap(({ source }) => {
      const isRead = {
        all: () => true,
        computed: isNamed,
        handed: (key: string) =>
          inTemplates.has(key) || new RegExp(`['"]${key}['"]|\\.${key}\\b`).test(source),
      }
      return readsOf(dictionary, source).flatMap(({ path, how }) => {
        if (how === 'exact') return [path]
        const keys = Object.keys(partAt(dictionary, path) as Dictionary)
        return keys.filter(isRead[how]).map((key) => under(path, key))
      })
    }),
  )
  return [...leavesOf(dictionary).keys()].filter((leaf) => !alive.has(leaf))
}

// In other files a variable may be called so.
const knowsWords = ({ path, source }: Reader): boolean =>
  !path.endsWith('.ts') || /\bwords\b.* from '.*words\.ts'|const words: Words/.test(source)

/** Paths that a file reads and that lead nowhere. */
export const missingWords = (dictionary: Dictionary, { path: file, source }: Reader): string[] =>
  [...source.matchAll(/(?<![\w./])words((?:\.\w+)+)/g)]
    .map(([, keys]) => keys!.slice(1).replace(/\.length$/, ''))
    .filter((path) => partAt(dictionary, path) === undefined)
    .map((path) => `${file}: ${path}`)

interface Read {
  path: string
  /** The leaf itself; everything below; what a computed key chooses below; what other code reads of it. */
  how: 'exact' | 'all' | 'computed' | 'handed'
}

/** `words`, and every name that a file gives to a part of them, with the paths that it may stand for. */
type Aliases = Map<string, Set<string>>

function readsOf(dictionary: Dictionary, source: string): Read[] {
  const { aliases, leaves, declared } = aliasesIn(dictionary, source)
  const reads = chainsIn(source, aliases).flatMap(({ start, end, name, paths }): Read[] => {
    if (declared.has(start)) return []
    return paths.flatMap((path): Read[] => {
      const part = partAt(dictionary, path)
      if (part === undefined || path === '') return []
      if (typeof part === 'string' && !isLeaf(partAt(dictionary, parentOf(path)) ?? ''))
        return [{ path, how: 'exact' }]
      if (typeof part === 'string') return [{ path: parentOf(path), how: 'exact' }]
      if (isLeaf(part)) return [{ path, how: 'exact' }]
      if (source[end] === '[') return [{ path, how: 'computed' }]
      if (/Object\.(values|entries)\($/.test(source.slice(0, start))) return [{ path, how: 'all' }]
      // A name without its object may be another variable of the file with that name.
      const isHanded = name === 'words' && !/typeof $/.test(source.slice(0, start))
      return isHanded ? [{ path, how: 'handed' }] : []
    })
  })
  return [...reads, ...leaves.map((path): Read => ({ path, how: 'exact' }))]
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')))

interface Chain {
  start: number
  end: number
  /** What it begins with: "words", or an alias. */
  name: string
  paths: string[]
}

/** Every "words.a.b" and "alias.b" of a source. */
const chainsIn = (source: string, aliases: Aliases): Chain[] =>
  [...source.matchAll(/(?<![\w./'"-]|\.\.\.\s)(\w+)((?:\.\w+)*)/g)].flatMap((match) => {
    const [whole, name, keys] = match as unknown as [string, string, string]
    const bases = aliases.get(name)
    if (!bases) return []
    const paths = [...bases].map((base) => (base + keys).replace(/^\./, ''))
    return [{ start: match.index, end: match.index + whole.length, name, paths }]
  })

const CHAIN = String.raw`(\w+(?:\.\w+)*)`
// const a = words.b · const a: Type = words.b · const a = isThis ? words.b : words.c
const NAMED = new RegExp(
  String.raw`const (\w+)(?:: [^=\n]+)? = (?:[^?\n=]+ \? )?${CHAIN}(?: : ${CHAIN})?(?=\s*(?:;|%>|\n|$))`,
  'dg',
)
// const { a, b: c } = words.d
const TAKEN = new RegExp(String.raw`const \{([^{}]*)\} = ${CHAIN}(?=\s*(?:;|%>|\n|$))`, 'dg')

function aliasesIn(dictionary: Dictionary, source: string) {
  const aliases: Aliases = new Map([['words', new Set([''])]])
  const leaves = new Set<string>()
  const declared = new Set<number>()
  const add = (name: string, path: string) => {
    const part = partAt(dictionary, path)
    if (part === undefined) return
    if (isLeaf(part)) leaves.add(path)
    else aliases.set(name, (aliases.get(name) ?? new Set()).add(path))
  }
  const pathsOf = (chain = '') => {
    const [name = '', ...keys] = chain.split('.')
    return [...(aliases.get(name) ?? [])].map((base) => [base, ...keys].filter(Boolean).join('.'))
  }
  // An alias may be made of another that stands above it: once for each step.
  for (let steps = 0; steps < 3; steps++) {
    for (const { 1: name, 2: one, 3: other, indices } of source.matchAll(NAMED)) {
      for (const path of [...pathsOf(one), ...pathsOf(other)]) add(name!, path)
      for (const at of [indices![2], indices![3]]) if (at) declared.add(at[0])
    }
    for (const { 1: names, 2: chain, indices } of source.matchAll(TAKEN)) {
      for (const [key, name = key] of names!.split(',').map((one) => one.trim().split(/\s*:\s*/))) {
        for (const path of pathsOf(chain)) if (key) add(name!, under(path, key))
      }
      declared.add(indices![2]![0])
    }
  }
  return { aliases, leaves: [...leaves], declared }
}
