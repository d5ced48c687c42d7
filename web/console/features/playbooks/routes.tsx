/** The pages of this part. */
export const playbookRoutes = [] as const
