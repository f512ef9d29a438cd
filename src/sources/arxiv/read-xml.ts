import { createRequire } from 'node:module'
import { decodeXML } from 'entities'
import type { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import { parseArxivId, parseIdentifier } from '../identifier.ts'
import { MAX_ENTRIES, textField } from '../read-entries.ts'
import type { Identifier } from '../source.ts'

/** The text is not the expected XML; the message says why. */
export class NotXmlError extends Error {}

const LISTS = ['item', 'category', 'entry', 'author', 'record']
const ATTRIBUTES = ['code', 'status', 'term']
const MAX_REASON_LENGTH = 200
// The parser allocates memory for each tag, and for each character of a text until the text ends.
const MAX_TAGS = 250_000
const MAX_TEXT_LENGTH = 500_000
const ENTRY = /^(?:\w+:)?(?:item|entry|record)\b/
// The validator's messages for elements without an end tag.
const ENDS_OPEN = /^Unclosed tag|^Invalid '\[/

const require = createRequire(import.meta.url)
let opened: ReturnType<typeof openParser> | undefined

/** Loads the parser's forty files for the first XML: every start and command loads this file. */
function openParser() {
  const { XMLParser, XMLValidator } = require('fast-xml-parser') as typeof import('fast-xml-parser')
  const parser = new XMLParser({
    removeNSPrefix: true,
    ignoreAttributes: (name) => !ATTRIBUTES.includes(name),
    attributeNamePrefix: '@',
    parseTagValue: false, // keeps 2503.02130 as text
    isArray: (name, _path, _isLeaf, isAttribute) => !isAttribute && LISTS.includes(name),
    entityDecoder: {
      decode: decodeXML,
      setExternalEntities: () => {},
      addInputEntities: () => {},
      setXmlVersion: () => {},
      reset: () => {},
    },
  })
  return { parser, XMLValidator }
}

/**
 * Parses XML into the content of its root element: names without prefix, attributes as "@name", all values as text.
 * Throws NotXmlError unless the text is one complete document with that root. A document that declares entities is
 * rejected unread.
 */
export function readXml(body: string, root: string): unknown {
  if (/<!DOCTYPE|<!ENTITY/i.test(body)) throw notXml('it declares a document type')
  const much = tooMuchIn(body)
  if (much) throw notXml(`it holds too much: ${much}`)
  opened ??= openParser()
  const { parser, XMLValidator } = opened
  const whole = XMLValidator.validate(body)
  if (whole !== true) throw notXml(ENDS_OPEN.test(whole.err.msg) ? 'it ends in the middle' : whole.err.msg)
  const document = parsed(parser, body)
  if (!(root in document)) throw notXml(`it has no <${root}>`)
  return document[root]
}

function tooMuchIn(body: string): string | undefined {
  let [last, entries] = [0, 0]
  for (let tags = 0; tags <= MAX_TAGS; tags++) {
    const next = body.indexOf('<', last)
    const end = next < 0 ? body.length : next
    if (end - last > MAX_TEXT_LENGTH) return `a text of more than ${MAX_TEXT_LENGTH} signs`
    if (next < 0) return undefined
    last = next + 1
    if (ENTRY.test(body.slice(last, last + 20)) && ++entries > MAX_ENTRIES)
      return `more than ${MAX_ENTRIES} entries`
  }
  return `more than ${MAX_TAGS} tags`
}

function parsed(parser: XMLParser, body: string): Record<string, unknown> {
  try {
    return parser.parse(body)
  } catch (error) {
    throw notXml(error instanceof Error ? error.message : 'unreadable')
  }
}

const notXml = (why: string) => new NotXmlError(why.replace(/\s+/g, ' ').slice(0, MAX_REASON_LENGTH))

/** The text of an element, with or without the attributes that we read. */
export const elementText = z
  .unknown()
  .transform((value) => (value as { '#text'?: unknown } | null)?.['#text'] ?? value)
  .pipe(textField)
  .optional()

/** The identifiers of a paper, its arXiv id first, then the first valid DOI, if any. */
export function arxivKeysOf(id: string, dois: string | undefined): Identifier[] {
  const others = (dois ?? '').split(/[\s,;]+/).map((one) => parseIdentifier(one)?.key)
  const doi = others.find((key) => key?.scheme === 'doi')
  return [{ scheme: 'arxiv', value: id }, ...(doi ? [doi] : [])]
}

/** The first text that is an arXiv id: "oai:arXiv.org:2604.21935v1", a link to an abstract page. */
export const firstArxivId = (...texts: (string | undefined)[]) =>
  texts.map((one) => parseArxivId(one ?? '')).find((id) => id !== undefined)

const WITHDRAWN =
  /\b(?:paper|article|manuscript|preprint|submission|work)\b[^.]{0,40}\b(?:is|was|been|being) withdrawn\b(?! from)|^withdrawn\b/i

/** Whether the authors' comment says that the paper is withdrawn: "This paper has been withdrawn by the author". */
export const isWithdrawn = (comment: string | undefined): boolean => WITHDRAWN.test(comment ?? '')
