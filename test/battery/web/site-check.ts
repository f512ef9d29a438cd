import type { Profile, Verdict } from '../battery-case.ts'
import { type Site, type Wrong, withSite } from './world.ts'

/** The result of a check. */
interface Tried {
  n: string
  /** Each begins with its route. Empty if the site passes. */
  faults: string[]
  /** The result without faults. */
  shut: string
  /** Whether enough was tried for that to mean anything. */
  enough: boolean
}

export type SiteCheck = (site: Site, profile: Profile) => Promise<Tried>

/** Whether the site passes a check. */
export async function runSiteCheck(check: SiteCheck, profile: Profile): Promise<Verdict> {
  const { n, faults, shut, enough } = await withSite({}, (site) => check(site, profile))
  const seen = faults.length > 0 ? firstOf(faults) : enough ? shut : `${shut}, but too little was tried`
  return { ok: faults.length === 0 && enough, n, result: seen }
}

/** Whether the check finds a wrong variant: `sees` is in a fault. */
export async function runWrongSite(check: SiteCheck, wrong: Wrong, sees: RegExp): Promise<Verdict> {
  const { n, faults } = await withSite(wrong, (site) => check(site, 'ci'))
  const caught = faults.filter((fault) => sees.test(fault))
  const result =
    caught.length > 0 ? `caught: ${caught[0]}` : `NOT CAUGHT: ${firstOf(faults) || 'nothing seen'}`
  return { ok: caught.length > 0, n, result }
}

const firstOf = (faults: string[]): string => [...new Set(faults)].slice(0, 5).join('; ')
