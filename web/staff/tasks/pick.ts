import { ActionSheet } from 'antd-mobile'

interface Member { staff: string; name: string }

/** Lets a leader choose a member, without one of them. */
export function pickMember(team: readonly Member[], without: string | undefined, title: string, cancel: string): Promise<Member | undefined> {
  return new Promise((choose) => {
    const sheet = ActionSheet.show({
      extra: title, cancelText: cancel, safeArea: true,
      actions: team.filter((m) => m.staff !== without).map((m) => ({ key: m.staff, text: m.name, onClick: () => { choose(m); sheet.close() } })),
      onClose: () => choose(undefined),
    })
  })
}
