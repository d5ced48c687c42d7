/** The pages of this part. */
export const outreachRoutes = [] as const
