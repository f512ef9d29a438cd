import type { FastifyReply } from 'fastify'
import { openStep, openVote } from '../../account/open-vote.ts'
import type { Site } from '../pages.ts'
import { stepPageView, type VoteSaid, votePageView } from './vote-view.ts'

// Both send nothing and return false if the topic or the paper does not exist.

type OpenVoteInput = Parameters<typeof openVote>[1]

/** "More like this". */
export async function sendVotePage(
  site: Site,
  reply: FastifyReply,
  asked: OpenVoteInput,
  said: VoteSaid,
): Promise<boolean> {
  const opened = await openVote(site.deps, asked)
  if (!opened.topic) return false
  site.pages.send(reply, 'vote', votePageView(opened, { token: asked.token, ...said }))
  return true
}

/** "More like these", "Fewer". `was`: the step before a button set another one. */
export async function sendStepPage(
  site: Site,
  reply: FastifyReply,
  asked: Parameters<typeof openStep>[1],
  { was, voted }: { was?: string; voted?: string },
): Promise<boolean> {
  const opened = await openStep(site.deps, asked)
  if (!opened.topic) return false
  const shown = { token: asked.token, was: stepParam(was), isUndone: voted === 'none' }
  site.pages.send(reply, 'step', stepPageView(opened, shown))
  return true
}

const stepParam = (typed: string | undefined): number | null =>
  typed !== undefined && /^-?[0-3]$/.test(typed) ? Number(typed) : null
