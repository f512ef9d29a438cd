import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseSync, visitorKeys } from 'oxc-parser'

/** The folders of src/ that all others may import. */
export const BASE = ['core', 'config', 'i18n', 'limits']

/** In the order in which data moves: a folder imports those before it, and BASE. */
export const FOLDERS = [
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

const root = resolve(import.meta.dirname, '../../src')

export interface SourceFile {
  path: string
  folder: string
  text: string
  withoutComments: string
  /** Paths under src/ of our files, and names of packages. */
  imports: string[]
  /** Every node, parents before their children. */
  nodes: SyntaxNode[]
  /** The text of each docstring, without its signs. */
  docstrings: string[]
}

/** A node of the syntax tree (ESTree). */
export interface SyntaxNode {
  type: string
  start: number
  end: number
  parent: SyntaxNode | null
  [field: string]: unknown
}

/** What is imported when a file is loaded: no types, and nothing that it imports later. */
export function valueImportsOf({ path, nodes }: SourceFile): string[] {
  return nodes
    .filter(({ type, importKind }) => type === 'ImportDeclaration' && importKind !== 'type')
    .map(({ source }) => importedFrom(path, String((source as SyntaxNode).value)))
}

/** The files of src/, without generated ones. */
export function readSourceFiles(): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith('generated'))
    .map((path) => parseSourceFile(path, readFileSync(join(root, path), 'utf8')))
}

/** `path`: under src/. */
export function parseSourceFile(path: string, text: string): SourceFile {
  const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) =>
    importedFrom(path, name),
  )
  const { program, comments } = parseSync(path, text)
  return {
    path,
    folder: path.split('/')[0]!,
    text,
    withoutComments: without(text, comments),
    imports,
    nodes: nodesOf(program as unknown as SyntaxNode),
    docstrings: comments
      .filter(({ type, value }) => type === 'Block' && value.startsWith('*'))
      .map(({ value }) => value.replace(/^[\s*]+|[\s*]+$/g, '')),
  }
}

function without(text: string, ranges: readonly { start: number; end: number }[]): string {
  const starts = [0, ...ranges.map(({ end }) => end)]
  const ends = [...ranges.map(({ start }) => start), text.length]
  return starts.map((start, i) => text.slice(start, ends[i])).join('')
}

const importedFrom = (path: string, name: string): string =>
  name.startsWith('.') ? relative(root, resolve(root, path, '..', name)) : name

function nodesOf(node: SyntaxNode, parent: SyntaxNode | null = null): SyntaxNode[] {
  node.parent = parent
  const children = (visitorKeys[node.type] ?? [])
    .flatMap((field) => node[field] as SyntaxNode | SyntaxNode[] | null)
    .filter((child) => child !== null && child !== undefined)
  return [node, ...children.flatMap((child) => nodesOf(child, node))]
}

export const textOfNode = ({ text }: SourceFile, { start, end }: SyntaxNode): string => text.slice(start, end)

export const lineCount = (file: SourceFile, node: SyntaxNode): number =>
  textOfNode(file, node).split('\n').length

/** The name of an identifier, or of what a declaration declares. */
export const nameOf = (node: unknown): string | undefined => {
  const { name, id } = (node ?? {}) as { name?: unknown; id?: unknown }
  return typeof name === 'string' ? name : id ? nameOf(id) : undefined
}

/** From the parent outwards. */
export function ancestorsOf(node: SyntaxNode): SyntaxNode[] {
  return node.parent ? [node.parent, ...ancestorsOf(node.parent)] : []
}
