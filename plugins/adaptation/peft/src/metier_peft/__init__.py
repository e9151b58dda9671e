"""LoRA, DoRA, rsLoRA, PiSSA, OLoRA, IA3 and VeRA adapters by the library peft, for metier."""
