/** Limits of what is read of a machine's listing: each is above every listing that is known, and keeps hostile ones small. */
import { KiB, MiB } from "../bytes/units.js";

/** Bytes of a listing: `lspci -nnvv` and `lsusb -v` of a large server have about 2 MiB, in UTF-16 twice as many. */
export const listingSizeLimit = 16 * MiB;

/** Characters of a line that are looked at; the longest ones are those of compatible ids in one line, some hundred. */
export const listingLineLimit = 4 * KiB;

/** Devices of one machine: a server with virtual functions of network adapters has some hundred. */
export const machineDeviceLimit = 4096;

/** Ids of one device; Windows' bus drivers make twenty at most. */
export const deviceIdLimit = 64;

/** Characters of an id: MAX_DEVICE_ID_LEN of cfgmgr32.h. */
export const idLengthLimit = 200;

/** Characters of a name that are kept. */
export const deviceNameLimit = 200;
