import { dirname, join } from 'node:path'

interface SourceText {
  path: string
  text: string
}

interface Variant {
  /** The statement, with $1, $2, … for values. */
  sql: string
  /** The statement's template and the fragments in it. */
  parts: SqlTemplate[]
}

/** A template that is tagged with $queryRaw, $executeRaw or Prisma.sql. */
export interface SqlTemplate {
  path: string
  /** "core/tick.repo.ts:12" */
  where: string
  /** False for a fragment. */
  isStatement: boolean
  /** The statements that it can become: together they contain each of its possible fragments. */
  variants(): Variant[]
}

interface Parsed extends SqlTemplate {
  start: number
  end: number
  strings: string[]
  slots: Slot[]
}

/** The source text of an expression between the strings, and where it begins. */
interface Slot {
  code: string
  start: number
}

const TAG = /(?:\.\$(queryRaw|executeRaw)|\bPrisma\.sql)(?:<[^`]*?>)?\s*`|\bPrisma\.empty\b/g

/** The SQL templates of these files, each with the fragments that its variables and calls stand for. */
export function sqlTemplates(files: readonly SourceText[]): SqlTemplate[] {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  const byFile = new Map(files.map((file) => [file.path, templatesOf(file, fragmentsFor)]))
  return [...byFile.values()].flat()

  /** The fragments that an expression may stand for; empty for a value. */
  function fragmentsFor(path: string, { code, start }: Slot): Parsed[] {
    const text = texts.get(path)!
    const within = (range: Range, source = path) =>
      byFile.get(source)!.filter((one) => !one.isStatement && one.start >= range[0] && one.end <= range[1])
    const name = /^\w+/.exec(code)?.[0]
    if (!name) return []
    const block = blockAround(text, start)
    const local = declarationOf(text, name, block)
    if (local) return within(local)
    if (new RegExp(`\\b${name}: Prisma\\.Sql\\b`).test(text.slice(...block))) {
      const outer = /(?:const|function) (\w+)/.exec(text.slice(...block))![1]!
      const calls = [...text.matchAll(new RegExp(`(?<!function )\\b${outer}\\(`, 'g'))]
      return calls.flatMap(({ index, 0: call }) => within([index, closing(text, index + call.length, ')')]))
    }
    const top = declarationOf(text, name, [0, text.length])
    if (top) return within(top)
    const source = new RegExp(`import \\{[^}]*\\b${name}\\b[^}]*\\} from '(\\.[^']+)'`).exec(text)?.[1]
    const other = join(dirname(path), source ?? '')
    const imported = texts.has(other) && declarationOf(texts.get(other)!, name, [0, Infinity])
    return imported ? within(imported, other) : []
  }
}

type FragmentsFor = (path: string, slot: Slot) => Parsed[]

function templatesOf({ path, text }: SourceText, fragmentsFor: FragmentsFor): Parsed[] {
  return [...text.matchAll(TAG)].map((match) => {
    const start = match.index
    const strings: string[] = []
    const slots: Slot[] = []
    let from = start + match[0].length
    let at = from
    for (; match[0].endsWith('`') && text[at] !== '`'; at++) {
      if (!text.startsWith('${', at)) continue
      strings.push(text.slice(from, at))
      const end = closing(text, at + 2, '}')
      slots.push({ code: text.slice(at + 2, end), start: at + 2 })
      from = end + 1
      at = end
    }
    strings.push(text.slice(from, at))
    const template: Parsed = {
      path,
      where: `${path}:${text.slice(0, start).split('\n').length}`,
      isStatement: match[1] !== undefined,
      start,
      end: at,
      strings,
      slots,
      variants: () => variantsOf(template, fragmentsFor),
    }
    return template
  })
}

function variantsOf(template: Parsed, fragmentsFor: FragmentsFor): Variant[] {
  const options = template.slots.map((slot) =>
    fragmentsFor(template.path, slot).flatMap((fragment) => fragment.variants()),
  )
  const count = Math.max(1, ...options.map(({ length }) => length))
  return Array.from({ length: count }, (_, nth) => {
    const parts: SqlTemplate[] = [template]
    const sql = template.strings.reduce((before, string, i) => {
      const several = options[i - 1]!
      const fragment = several[nth % several.length]
      parts.push(...(fragment?.parts ?? []))
      return `${before}${fragment?.sql ?? '$0'}${string}`
    })
    let values = 0
    return { sql: sql.replace(/\$\d+/g, () => `$${++values}`), parts }
  })
}

/** Where the bracket that is open at a position is closed; skips templates and quoted strings. */
function closing(text: string, from: number, bracket: string): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const char = text[at]!
    if (char === '`') at = endOfTemplate(text, at + 1)
    else if (char === "'") at = text.indexOf("'", at + 1)
    else if (depth === 0 && char === bracket) return at
    else if ('([{'.includes(char)) depth++
    else if (')]}'.includes(char)) depth--
  }
  throw new Error(`no ${bracket} after ${text.slice(from, from + 40)}`)
}

function endOfTemplate(text: string, from: number): number {
  let at = from
  while (text[at] !== '`') at = text.startsWith('${', at) ? closing(text, at + 2, '}') + 1 : at + 1
  return at
}

type Range = [from: number, to: number]

/** The declaration at the left margin that contains a position. */
function blockAround(text: string, at: number): Range {
  const starts = [...text.matchAll(/^(?:export )?(?:const|let|async function|function|class) /gm)]
  const from = starts.findLast(({ index }) => index <= at)?.index ?? 0
  return [from, starts.find(({ index }) => index > at)?.index ?? text.length]
}

/** The declaration of a name in a range, up to the next line of the same indentation. */
function declarationOf(text: string, name: string, [from, to]: Range): Range | undefined {
  const declared = new RegExp(`^( *)(?:export )?(?:const|function|async function) ${name}\\b`, 'm')
  const found = declared.exec(text.slice(from, to))
  if (!found) return
  const start = from + found.index
  const rest = text.slice(start + 1, to)
  const next = new RegExp(`^${found[1]}[a-z/]`, 'm').exec(rest.slice(found[0].length))
  return [start, next ? start + 1 + found[0].length + next.index : Math.min(to, text.length)]
}
