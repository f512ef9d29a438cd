import { errorText } from '../src/core/errors.ts'

/** The options of a script; with a wrong one, prints what is wrong and the usage, and exits 2. */
export function optionsOrExit<Options>(read: (args: string[]) => Options, usage: string): Options {
  try {
    return read(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n\n${usage}`)
    process.exit(2)
  }
}
