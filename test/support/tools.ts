import { execFileSync } from 'node:child_process'

const PATH = `${process.env.PATH}:/usr/sbin:/sbin`

/** The path of a program, or undefined where this machine has none. */
export function toolPath(name: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`], { env: { PATH }, encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}
