import temml from 'temml'

const MAX_UNKNOWN = 8
// The largest size in em; no author needs more.
const STRICT = { throwOnError: true, trust: false, maxSize: [10, 10] as [number, number] }
const DISPLAYED = /^\s*\\begin\{(?:align|equation|eqnarray|gather|multline)/

/** TeX math (without its dollars) as MathML. An unknown command becomes its name. Throws if the TeX is broken. */
export function texToMathml(tex: string, wrap: 'none' | 'tex' = 'none'): string {
  const macros: Record<string, string> = {}
  for (let unknown = 0; ; unknown++) {
    try {
      return temml.renderToString(tex, {
        ...STRICT,
        wrap,
        displayMode: DISPLAYED.test(tex),
        macros: { ...macros },
      })
    } catch (error) {
      const name = UNKNOWN.exec(String(error))?.[1]
      if (name === undefined || name in macros || unknown === MAX_UNKNOWN) throw error
      macros[name] = readingOf(name.slice(1), tex)
    }
  }
}

// An accent without its letter, as in \c and \H, is a command that the author defined.
const UNKNOWN = /(?:Unsupported function name: (?=\\..)|as argument to '(?=\\.'))(\\[A-Za-z]+)/
// Authors define \xb and \bx as a bold x.
const BOLD = /^(?:b([A-Za-z])|([A-Za-z])b)$/

/** If braces follow, their content is the text: \unheard{x} is x. */
function readingOf(name: string, tex: string): string {
  if (tex.includes(`\\${name}{`)) return ''
  const [, after, before] = BOLD.exec(name) ?? []
  const letter = after ?? before
  return letter ? `\\mathrm{${letter}}` : `\\operatorname{${name}}`
}
