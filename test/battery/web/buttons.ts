import { FEATURE_SITES } from './feature-sites.ts'
import { HOSTILE } from './hostile.ts'
import type { Person, State } from './people.ts'

export type Fields = Record<string, string>

/** A POST of the site, or another route that changes something, with a form that it takes and a person for whom it does so. */
export interface Button {
  /** As it is registered. */
  url: string
  by: State
  /** POST unless said otherwise. */
  method?: 'POST' | 'PATCH' | 'DELETE'
  fields?(person: Person): Fields
  /** 303 unless said otherwise. */
  status?: number
  headers?: Record<string, string>
  /** A body of JSON. */
  isJson?: true
  /** Changes no row. */
  looks?: true
  /** A library of this protocol answers: it refuses pages of other sites, and its messages are not ours. */
  protocol?: 'JSON-RPC'
}

const topic = HOSTILE.topic
const live = { 'hx-request': 'true' }

type OperatorsButton = Omit<Button, 'by' | 'isJson'> & { by?: State }

/** What the operator's program asks for; a pause of delivery is lifted by the next one. */
const OPERATORS: Button[] = (
  [
    { url: '/api/subscribers/find', fields: ({ email }) => ({ email }), looks: true },
    {
      url: '/api/subscribers',
      fields: ({ email }) => ({ email: `op-${email}`, consent: 'test' }),
      status: 201,
    },
    { url: '/api/subscribers/:id', method: 'PATCH', fields: () => ({ zone: 'Europe/Paris' }) },
    { url: '/api/subscribers/:id', method: 'DELETE' },
    { url: '/api/subscribers/:id/pause', fields: () => ({ until: '2026-12-24' }) },
    { url: '/api/subscribers/:id/resume' },
    { url: '/api/subscribers/:id/unsubscribe' },
    { url: '/api/subscribers/:id/suppress', fields: () => ({ reason: 'operator' }) },
    { url: '/api/subscribers/:id/unsuppress' },
    { url: '/api/subscribers/:id/move', fields: ({ email }) => ({ email: `op-moved-${email}` }) },
    { url: '/api/subscribers/:id/topics', fields: () => ({ query: '"another <x-alive>"' }) },
    { url: '/api/subscribers/:id/topics/remove', fields: () => ({ query: topic }) },
    { url: '/api/messages/:id/retry', by: 'refused' },
    { url: '/api/delivery/pause', fields: () => ({ reason: 'test' }) },
    { url: '/api/delivery/resume' },
  ] satisfies OperatorsButton[] as OperatorsButton[]
).map((button) => ({ by: 'active', status: 200, ...button, isJson: true }))

/** Every POST of the site occurs at least once: a POST without a sample is a fault. */
export const BUTTONS: Button[] = [
  // A new address, and a subscriber.
  {
    url: '/subscribe',
    by: 'active',
    fields: ({ email, format }) => ({ email: `new-${email}`, topic, format }),
  },
  { url: '/subscribe', by: 'active', fields: ({ email }) => ({ email, topic: '"another <x-alive>"' }) },
  { url: '/preview', by: 'active', fields: () => ({ topic }), status: 200, looks: true },
  { url: '/preview', by: 'active', fields: () => ({ topic }), headers: live, status: 200, looks: true },
  {
    url: '/api/preview',
    by: 'active',
    fields: () => ({ query: topic }),
    isJson: true,
    status: 200,
    looks: true,
  },
  {
    url: '/api/subscriptions',
    by: 'active',
    fields: ({ email }) => ({ email: `api-${email}`, topic }),
    isJson: true,
    status: 202,
  },
  { url: '/manage', by: 'active', fields: ({ email }) => ({ email }) },
  { url: '/confirm/:token', by: 'asked' },
  { url: '/unsubscribe/:token', by: 'active', fields: () => ({ from: 'page' }) },
  {
    url: '/unsubscribe/:token',
    by: 'active',
    fields: () => ({ 'List-Unsubscribe': 'One-Click' }),
    status: 200,
  },
  { url: '/unsubscribe/:token/pause', by: 'active' },
  { url: '/unsubscribe/:token/fewer', by: 'active', fields: () => ({ to: 'weekly' }) },
  { url: '/unsubscribe/:token/undo', by: 'fewer', fields: ({ changeId }) => ({ change: String(changeId) }) },
  { url: '/resubscribe/:token', by: 'ended' },
  { url: '/manage/:token', by: 'active', fields: () => ({ do: 'pause', for: 'week' }) },
  {
    url: '/manage/:token',
    by: 'active',
    fields: () => ({ do: 'add-topic', topic: `title:robots ${topic}` }),
  },
  {
    url: '/manage/:token',
    by: 'active',
    fields: ({ changeId }) => ({ do: 'undo', change: String(changeId) }),
  },
  {
    url: '/manage/:token/topics/:id',
    by: 'active',
    fields: () => ({ do: 'change', query: `title:robots ${topic}`, name: '<x-alive>', paper: '1' }),
  },
  {
    url: '/manage/:token/topics/:id',
    by: 'active',
    fields: () => ({ do: 'follow', query: 'author:"<x-alive>"', name: '<x-alive>', as: 'new' }),
  },
  { url: '/manage/:token/topics/:id', by: 'active', fields: () => ({ do: 'more', paper: '1' }) },
  { url: '/manage/:token/account', by: 'active' },
  { url: '/account/:token/address', by: 'active', fields: ({ email }) => ({ email: `moved-${email}` }) },
  { url: '/account/:token/erase', by: 'active' },
  { url: '/move/:token', by: 'moving' },
  ...OPERATORS,
  ...FEATURE_SITES.flatMap(({ buttons = [] }) => buttons),
]

/** The queries that pages read, for GETs. */
export const queriesFor = ({ topicId, changeId }: Person): Fields[] => [
  {},
  { change: String(changeId), topic: String(topicId) },
  { paper: '1', query: topic, as: 'new', name: '<x-alive>', feedback: 'given', profile: 'word' },
  { date: '2026-11-24', hour: '9', zone: 'Europe/Paris', days: 'mon', meant: 'gmail.com', from: 'page' },
]
