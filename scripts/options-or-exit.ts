import { readFileSync } from 'node:fs'
import { errorText } from '../src/core/errors.ts'

/**
 * The options of a script. `--help` prints the usage and `list`, and exits 0; a wrong option prints what is wrong and the
 * usage, and exits 2. The usage is the comment that the script begins with, unless the script has a longer one.
 */
export function optionsOrExit<Options>(
  read: (args: string[]) => Options,
  usage = commentOf(process.argv[1]!),
  list = '',
): Options {
  const args = process.argv.slice(2)
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage + list)
    process.exit(0)
  }
  try {
    return read(args)
  } catch (error) {
    exitWithUsage(error, usage)
  }
}

export function exitWithUsage(error: unknown, usage: string): never {
  // parseArgs of Node goes on with advice about quoting, which a usage makes unnecessary.
  const [sentence] = errorText(error).split(/\. (?=To specify|This command)|\.\n/)
  process.stderr.write(`${sentence}\n\n${usage}`)
  process.exit(2)
}

/** The comment at the beginning of a file. */
export const commentOf = (file: string): string =>
  /^(\/\/.*\n)*/.exec(readFileSync(file, 'utf8'))![0].replace(/^\/\/ ?/gm, '')
