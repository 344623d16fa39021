import { straightAddress } from '#lib/ui/shell/straight-address.ts';

// Before the router looks at the address: it would show nothing for a link that was rewritten on its way here.
const meant = straightAddress(location.href);
if (meant !== location.href) history.replaceState(history.state, '', meant);
