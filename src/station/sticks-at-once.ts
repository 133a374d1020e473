/** Sticks that are written at one time: more of them would only share what a USB controller gives. */
export const sticksAtOnce = 16;
