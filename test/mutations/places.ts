import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ancestorsOf, parseSourceFile, type SourceFile, type SyntaxNode } from '../support/source-files.ts'
import { EXPRESSIONS } from './expressions.ts'
import { isFunction, type Mutation } from './mutation.ts'
import { QUERIES } from './queries.ts'
import { STATEMENTS } from './statements.ts'

export interface Mutant extends Mutation {
  /** "src/digests/due.ts:42:condition-negated" */
  id: string
  file: string
  line: number
  /** Its line of source. */
  code: string
  /** What it replaces. */
  before: string
}

/** A node, or a word of an SQL statement, and its possible mutants. */
export interface Place {
  /** Its function, or the declaration at the left margin if it is in none. */
  scope: string
  mutants: Mutant[]
}

const OPERATORS = [...EXPRESSIONS, ...STATEMENTS, ...QUERIES]
const root = join(import.meta.dirname, '../..')

/** The TypeScript files in these folders, as paths from the root of the repository. */
export function sourceFiles(folders: readonly string[]): string[] {
  return folders.flatMap((folder) => {
    if (statSync(join(root, folder)).isFile()) return [folder]
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => join(folder, name))
      .sort()
  })
}

/** `path`: from the root of the repository, in src/. */
export const readSource = (path: string): SourceFile =>
  parseSourceFile(relative('src', path), readFileSync(join(root, path), 'utf8'))

const RUNTIME_TYPES = /^TS(AsExpression|SatisfiesExpression|NonNullExpression|InstantiationExpression)$/

const isType = (node: SyntaxNode): boolean =>
  [node, ...ancestorsOf(node)].some(({ type }) => type.startsWith('TS') && !RUNTIME_TYPES.test(type))

/** The function around a node that has a name: a callback belongs to the one around it. */
function scopeOf(node: SyntaxNode): SyntaxNode {
  const outer = ancestorsOf(node)
  const isNamed = ({ type, init, value }: SyntaxNode) =>
    type === 'FunctionDeclaration' ||
    (type === 'VariableDeclarator' && init && isFunction(init as SyntaxNode)) ||
    (type === 'MethodDefinition' && value)
  return outer.find(isNamed) ?? outer.at(-2) ?? node
}

/** The places of a file in the order of its text. */
export function placesOf(file: string, source: SourceFile): Place[] {
  const { text, nodes } = source
  const lines = text.split('\n')
  const taken = new Map<string, number>()
  const mutantOf = (mutation: Mutation): Mutant => {
    const line = text.slice(0, mutation.start).split('\n').length
    const name = `${file}:${line}:${mutation.operator}`
    const nth = (taken.get(name) ?? 0) + 1
    taken.set(name, nth)
    const id = nth === 1 ? name : `${name}#${nth}`
    const code = lines[line - 1]!.trim()
    return { ...mutation, id, file, line, code, before: text.slice(mutation.start, mutation.end) }
  }
  return nodes
    .filter((node) => !isType(node))
    .flatMap((node) => {
      const scope = `${file}:${scopeOf(node).start}`
      const mutations = OPERATORS.flatMap((operator) => operator(node, text))
      return [...Map.groupBy(mutations, ({ start }) => start).values()].map((some) => ({
        scope,
        mutants: some,
      }))
    })
    .sort((one, other) => one.mutants[0]!.start - other.mutants[0]!.start)
    .map(({ scope, mutants }) => ({ scope, mutants: mutants.map(mutantOf) }))
}
