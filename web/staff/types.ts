import type { paths } from '@shared/api/schema'

/** What a GET of the panel answers. */
export type Answer<P extends keyof paths> = paths[P] extends { get: { responses: { 200: { content: { 'application/json': infer T } } } } } ? T : never

/** Who the member is. */
export type Me = Answer<'/panel/me'>
/** Today's cards. */
export type Today = Answer<'/panel/tasks'>
/** A card in a list. */
export type Pile = Today['cards'][number]
/** A card with its tasks. */
export type Card = Answer<'/panel/tasks/cards/{id}'>
/** A task as its member sees it. */
export type Task = Card['items'][number]
/** A customer in a list. */
export type Brief = NonNullable<Answer<'/panel/customers'>['items']>[number]
/** A customer's page. */
export type Customer = Answer<'/panel/customers/{external}'>
/** A material or script. */
export type Hit = NonNullable<Answer<'/panel/scripts'>['items']>[number]
/** A folder of materials or a scenario of scripts. */
export type Folder = NonNullable<Answer<'/panel/folders'>['items']>[number]
/** An audit of the member. */
export type Audit = NonNullable<Answer<'/panel/audits'>['items']>[number]
