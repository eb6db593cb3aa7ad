"""Many runs side by side: ideas × templates × models, in processes or on a Ray cluster; and folders of papers to review."""
