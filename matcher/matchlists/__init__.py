"""Lists: selection and exports."""
