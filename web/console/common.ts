// What nearly every page shows comes with the entry, so that no page waits for it: to name a part keeps it in the build.
import { Dropdown } from 'antd'

Dropdown.displayName ??= 'Dropdown'
