import { draw } from './draw.ts'
import { type Mutant, placesOf, readSource, sourceFiles } from './places.ts'
import { plantedMutants } from './planted.ts'

const FOLDERS = ['src/digests', 'src/mail/outbox', 'src/account', 'src/bounces', 'src/queries']

export interface Choice {
  seed: string
  count: string
  /** "1/4": the first of four parts. */
  part: string
  /** Ids of mutants. */
  only?: readonly string[] | undefined
  planted: boolean
  /** Folders and files of src; those of FOLDERS if there are none. */
  folders: readonly string[]
}

/** The mutants to try. Throws an Error with a sentence for the user if there are none, or an option is wrong. */
export function chooseMutants({ seed, count, part, only, planted, folders }: Choice): Mutant[] {
  if (planted) return plantedMutants()
  const files = sourceFiles(folders.length > 0 ? folders : FOLDERS)
  const places = files.flatMap((file) => placesOf(file, readSource(file)))
  if (only) return named([...plantedMutants(), ...places.flatMap(({ mutants }) => mutants)], only)
  if (!/^[1-9]\d*$/.test(count)) throw new Error('--count takes a whole number, 1 or more.')
  if (!/^\d+$/.test(seed)) throw new Error('--seed takes a whole number, 0 or more.')
  const [, k, n] = /^(\d+)\/(\d+)$/.exec(part)?.map(Number) ?? []
  if (!k || !n || k > n) throw new Error('--part takes K/N, such as 1/4 for the first of four parts.')
  const mutants = draw(places, Number(count), Number(seed)).filter((_, nth) => nth % n === k - 1)
  if (mutants.length === 0) throw new Error(`There is nothing to change: ${files.join(', ')}, part ${part}.`)
  return mutants
}

function named(all: readonly Mutant[], ids: readonly string[]): Mutant[] {
  const unknown = ids.filter((id) => all.every((mutant) => mutant.id !== id))
  if (unknown.length > 0) throw new Error(`There is no mutant ${unknown.join(', ')}.`)
  return all.filter(({ id }) => ids.includes(id))
}
